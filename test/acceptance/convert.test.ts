// `cbr convert`: JSON on stdout and nothing else, a note on stderr for each change, exit 3 for what cannot be.
import { describe, expect, test } from "vitest";
import { cbr } from "../support/cbr.ts";

const FIRST_PARTY = {
  model: "claude-opus-4-6",
  max_tokens: 100,
  stream: true,
  system: "Be kind",
  messages: [{ role: "user", content: "Hi" }],
};

const convert = (to: string, input: unknown, ...more: string[]) =>
  cbr(["convert", "--to", to, ...more], { stdin: typeof input === "string" ? input : JSON.stringify(input) });

describe("a first-party body", () => {
  test("for Bedrock loses model and stream, gains anthropic_version, and says where they went", async () => {
    const { code, stdout, stderr } = await convert("bedrock", FIRST_PARTY);
    expect(JSON.parse(stdout)).toEqual({
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 100,
      system: "Be kind",
      messages: FIRST_PARTY.messages,
    });
    expect(stderr).toContain("`claude-opus-4-6` goes into the URL, as `global.anthropic.claude-opus-4-6-v1`");
    expect(stderr).toContain("/invoke-with-response-stream");
    expect(code).toBe(0);
  });

  test("for Converse is said in Converse's words", async () => {
    const { code, stdout } = await convert("converse", FIRST_PARTY);
    expect(JSON.parse(stdout)).toEqual({
      messages: [{ role: "user", content: [{ text: "Hi" }] }],
      system: [{ text: "Be kind" }],
      inferenceConfig: { maxTokens: 100 },
    });
    expect(code).toBe(0);
  });

  test("for mantle has mantle's bare model id", async () => {
    const { stdout } = await convert("mantle", { ...FIRST_PARTY, model: "claude-haiku-4-5-20251001" });
    expect(JSON.parse(stdout)).toEqual({ ...FIRST_PARTY, model: "anthropic.claude-haiku-4-5" });
  });

  test("for mantle is refused where mantle does not serve the model", async () => {
    const { code, stdout, stderr } = await convert("mantle", FIRST_PARTY);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain("bedrock-mantle does not serve Claude Opus 4.6");
  });
});

describe("what the dialect cannot say and another can is told the way there", () => {
  const guarded = { guardContent: { text: { text: "Hi" } } };
  const asked = (...content: object[]) => ({ messages: [{ role: "user", content }] });
  test.each([
    ["mantle", FIRST_PARTY, "`--to bedrock` or `--to converse` can say it all;"],
    [
      "mantle",
      {
        ...FIRST_PARTY,
        model: "claude-haiku-4-5",
        output_config: { format: { type: "json_schema", schema: {} } },
      },
      "`--to bedrock` or `--to converse` can say it all;",
    ],
    [
      "mantle",
      { ...asked({ text: "Hi" }), serviceTier: { type: "flex" } },
      "`--to bedrock` or `--to converse`",
    ],
    ["mantle", asked(guarded), "only Converse takes it: send the body there as it is;"],
    ["bedrock", asked(guarded), "only Converse takes it: send the body there as it is;"],
    ["bedrock", { ...FIRST_PARTY, mcp_servers: [{ url: "x" }] }, "use `--lenient` to drop it"],
  ])("%s %j", async (to, body, way) => {
    const { code, stderr } = await convert(to, body);
    expect(code).toBe(3);
    expect(stderr.split("\nhint: ")[1]).toContain(way);
    expect(stderr.split("\nhint: ")[1]).toContain("--lenient");
  });
});

test.each([
  ["bedrock", /`claude-nobody-9` goes into the URL as it is: no model is known by this name/],
  ["mantle", /`claude-nobody-9` stays as it is: no model is known by this name/],
])("a model that nobody knows is said to be one: %s", async (to, note) => {
  const { code, stderr } = await convert(to, { ...FIRST_PARTY, model: "claude-nobody-9" });
  expect(code).toBe(0);
  expect(stderr).toMatch(note);
});

test("what Bedrock lacks is named in a sentence", async () => {
  const { code, stderr } = await convert("bedrock", { ...FIRST_PARTY, mcp_servers: [{ url: "x" }] });
  expect(code).toBe(3);
  expect(stderr).toContain("cbr: Bedrock has no MCP connector (`mcp_servers`)");
});

test("a Bedrock body for Anthropic's API keeps all but its envelope", async () => {
  const bedrock = {
    anthropic_version: "bedrock-2023-05-31",
    anthropic_beta: ["context-1m-2025-08-07"],
    max_tokens: 5,
    messages: [
      { role: "user", content: [{ type: "text", text: "x", cache_control: { type: "ephemeral" } }] },
    ],
  };
  const { code, stdout, stderr } = await convert(
    "anthropic",
    bedrock,
    "--model",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    model: "claude-sonnet-4-5-20250929",
    max_tokens: 5,
    messages: bedrock.messages,
  });
  expect(stderr).toContain("anthropic-beta: context-1m-2025-08-07");
});

test("a curl command becomes a body, its key neither kept nor shown", async () => {
  const command = `curl https://api.anthropic.com/v1/messages \\
    -H "x-api-key: sk-ant-do-not-show" -H 'anthropic-beta: context-management-2025-06-27,files-api-2025-04-14' \\
    -d '{"model": "claude-sonnet-4-5", "max_tokens": 7, "messages": [{"role": "user", "content": "it'\\''s"}]}'`;
  const { code, stdout, stderr } = await convert("bedrock", command);
  expect(JSON.parse(stdout)).toEqual({
    anthropic_version: "bedrock-2023-05-31",
    anthropic_beta: ["context-management-2025-06-27"],
    max_tokens: 7,
    messages: [{ role: "user", content: "it's" }],
  });
  expect(stderr).toContain("files-api-2025-04-14");
  expect(stdout + stderr).not.toContain("sk-ant");
  expect(code).toBe(0);
});

describe("what Bedrock cannot do", () => {
  const input = {
    ...FIRST_PARTY,
    tools: [{ type: "web_search_20250305", name: "web_search" }],
    messages: [
      {
        role: "user",
        content: [
          { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
          { type: "text", text: "Hi" },
        ],
      },
    ],
  };

  test("is exit 3 naming it, with nothing on stdout", async () => {
    const { code, stdout, stderr } = await convert("bedrock", input, "--error-format", "json");
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    const { error } = JSON.parse(stderr.trim().split("\n").at(-1) ?? "");
    expect(error).toMatchObject({ code: "not_convertible", exit_code: 3 });
    expect(error.message).toContain("web search");
    expect(error.message).toContain("URL");
  });

  test("is dropped with a note under --lenient", async () => {
    const { code, stdout, stderr } = await convert("bedrock", input, "--lenient");
    expect(JSON.parse(stdout)).not.toHaveProperty("tools");
    expect(JSON.parse(stdout).messages).toEqual([{ role: "user", content: [{ type: "text", text: "Hi" }] }]);
    expect(stderr).toMatch(/note: `tools\[0\]`: dropped: .*web search/);
    expect(code).toBe(0);
  });
});

describe("input that is no request", () => {
  test.each([
    ['{"max_tokens": 5,}', "line 1, column 18"],
    ['{"max_tokens": 5}', "`messages`"],
    ["", "no request on stdin"],
    ["curl https://api.anthropic.com/v1/messages -d @body.json", "from a file"],
  ])("%s", async (input, words) => {
    const { code, stdout, stderr } = await convert("bedrock", input);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain(words);
  });

  test("no stdin at all is exit 3, not a wait", async () => {
    const { code } = await cbr(["convert", "--to", "bedrock"]);
    expect(code).toBe(3);
  });

  test("an unknown target and a missing one are exit 2", async () => {
    const results = await Promise.all([convert("gpt", FIRST_PARTY), cbr(["convert"])]);
    expect(results.map(({ code }) => code)).toEqual([2, 2]);
  });

  test("a model nobody knows is left alone in a body and refused in a flag", async () => {
    const { code, stderr } = await convert("bedrock", { ...FIRST_PARTY, model: "claude-opus-99" });
    expect(code).toBe(0);
    expect(stderr).toContain("claude-opus-99");
    expect((await convert("bedrock", FIRST_PARTY, "--model", "claude-opus-99")).code).toBe(2);
  });
});
