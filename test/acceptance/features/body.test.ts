// `--body`: a whole Messages request, first-party or Bedrock form.
import { expect, test } from "vitest";
import { errorOf, mocked } from "../../support/mocked.ts";

const MESSAGES = [{ role: "user", content: "hi" }];
const stdin = (body: object) => ({ stdin: JSON.stringify(body) });

test("the first-party form: model, stream and betas find their places", async () => {
  const bedrock = await mocked();
  const body = {
    model: "claude-opus-4-6",
    max_tokens: 50,
    stream: false,
    system: "Be brief",
    temperature: 0.5,
    messages: MESSAGES,
  };
  const run = await bedrock.cbr(["invoke", "--body", "-"], stdin(body));
  expect(run.code, run.stderr).toBe(0);
  expect(bedrock.calls()[0]?.path).toBe("/model/global.anthropic.claude-opus-4-6-v1/invoke");
  expect(bedrock.body()).toEqual({
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 50,
    system: "Be brief",
    temperature: 0.5,
    messages: MESSAGES,
  });
});

test("the Bedrock form goes as it is, always with the version cbr knows", async () => {
  const bedrock = await mocked();
  const body = {
    anthropic_version: "2026-10-21",
    anthropic_beta: ["context-management-2025-06-27"],
    max_tokens: 50,
    messages: MESSAGES,
  };
  expect(await bedrock.cbr(["invoke", "-m", "opus-4.6", "--body", "-"], stdin(body))).toMatchObject({
    code: 0,
  });
  expect(bedrock.body()).toEqual({ ...body, anthropic_version: "bedrock-2023-05-31" });
});

test("a body that asks for thinking and names no max_tokens gets room to think", async () => {
  const bedrock = await mocked();
  const body = { thinking: { type: "enabled", budget_tokens: 10_000 }, messages: MESSAGES };
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", "--body", "-"], stdin(body));
  expect(run.code, run.stderr).toBe(0);
  expect(bedrock.body()).toMatchObject({ ...body, max_tokens: 32_000 });
});

test("flags win over the body, and the body over every other setting; words become the next message", async () => {
  const bedrock = await mocked();
  const body = {
    model: "claude-opus-4-6",
    max_tokens: 50,
    system: "body",
    temperature: 0.5,
    messages: MESSAGES,
  };
  const args = [
    "invoke",
    "-m",
    "sonnet-4.5",
    "--body",
    "-",
    "--max-tokens",
    "60",
    "-s",
    "flag",
    "and",
    "more",
  ];
  const run = await bedrock.cbr(args, { ...stdin(body), env: { CBR_TEMPERATURE: "0.9" } });
  expect(run.code, run.stderr).toBe(0);
  expect(bedrock.calls()[0]?.path).toContain("sonnet-4-5");
  expect(bedrock.body()).toMatchObject({ max_tokens: 60, system: "flag", temperature: 0.5 });
  expect(bedrock.body().messages).toEqual([
    {
      role: "user",
      content: [
        { type: "text", text: "hi" },
        { type: "text", text: "and more" },
      ],
    },
  ]);
});

test.each([
  [{ tools: [{ type: "web_search_20250305", name: "web_search" }] }, /web search/],
  [{ tools: [{ type: "code_execution_20250825", name: "code_execution" }] }, /code execution/],
  [{ mcp_servers: [{ type: "url", url: "https://example.com", name: "x" }] }, /MCP connector/],
  [
    {
      messages: [
        {
          role: "user",
          content: [{ type: "image", source: { type: "url", url: "https://example.com/a.png" } }],
        },
      ],
    },
    /no URL/,
  ],
  [
    {
      messages: [
        { role: "user", content: [{ type: "document", source: { type: "file", file_id: "file_1" } }] },
      ],
    },
    /Files API/,
  ],
])("what Bedrock has not is 3, naming it: %j", async (more, message) => {
  const bedrock = await mocked();
  const body = { model: "claude-opus-4-6", max_tokens: 50, messages: MESSAGES, ...more };
  const run = await bedrock.cbr(["invoke", "--body", "-", "--error-format", "json"], stdin(body));
  expect(run).toMatchObject({ code: 3, stdout: "" });
  expect(errorOf(run.stderr)).toMatchObject({
    code: "not_convertible",
    message: expect.stringMatching(message),
  });
  expect(bedrock.mock.requests).toEqual([]);
});

test("a beta that Bedrock has under another name is renamed, one it lacks is dropped with a note", async () => {
  const bedrock = await mocked();
  const betas = ["advanced-tool-use-2025-11-20", "files-api-2025-04-14"];
  const run = await bedrock.cbr(
    ["invoke", "-m", "opus-4.6", "--body", "-"],
    stdin({ betas, max_tokens: 50, messages: MESSAGES }),
  );
  expect(run.code, run.stderr).toBe(0);
  expect(bedrock.body().anthropic_beta).toEqual(["tool-search-tool-2025-10-19"]);
  expect(run.stderr).toMatch(/`files-api-2025-04-14` is dropped/);
});

test("a rule that the body breaks is told of the body", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(
    ["invoke", "-m", "opus-4.8", "--body", "-"],
    stdin({ temperature: 0.5, max_tokens: 50, messages: MESSAGES }),
  );
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/`--body temperature 0\.5`: Claude Opus 4\.8 accepts no sampling/);
});

test.each([
  ["{", /line 1/],
  ['{"max_tokens":5}', /no `messages`/],
  ["", /there is no body/],
  ['{"messages":[{"role":"user","content":"\u0000"}]}', /binary|NUL/i],
])("a body that is none is 3: %j", async (text, message) => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "--body", "-"], { stdin: text });
  expect(run.code).toBe(3);
  expect(run.stderr).toMatch(message);
});

test("a body is a conversation of its own and continues no session", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(
    ["invoke", "--body", "-", "--session", "s"],
    stdin({ max_tokens: 5, messages: MESSAGES }),
  );
  expect(run.code).toBe(2);
  expect(bedrock.mock.requests).toEqual([]);
});

test.each(["converse", "messages", "mantle"])("a first-party body goes through %s as well", async (api) => {
  const bedrock = await mocked();
  const body = {
    model: "claude-opus-4-8",
    max_tokens: 50,
    messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
  };
  const run = await bedrock.cbr(["invoke", "--api", api, "--body", "-"], stdin(body));
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toContain('You said: "hi"');
});
