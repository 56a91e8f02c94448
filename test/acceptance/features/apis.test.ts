// The same prompt gives the same events through each API; what an API lacks is refused, naming the one that has it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { APIS } from "../../../src/core/claude.ts";
import { freshHome } from "../../support/cbr.ts";
import { pdf, png } from "../../support/media.ts";
import { errorOf, type Mocked, mocked } from "../../support/mocked.ts";

const TOOL = '[{"name":"weather","input_schema":{"type":"object","properties":{}}}]';
const call = { type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Ulm", days: [1, 2] } };
const home = freshHome();
writeFileSync(join(home, "a.png"), png());
writeFileSync(join(home, "a.pdf"), pdf());

const FEATURES: Record<string, { flags?: string[]; script?: object }> = {
  text: { script: { text: ["Hel", "lo\n", "\ud83d\ude00"] } },
  "stop sequence": {
    flags: ["--stop", "END"],
    script: { text: "a", stop_reason: "stop_sequence", stop_sequence: "END" },
  },
  max_tokens: { script: { text: "a", stop_reason: "max_tokens" } },
  system: { flags: ["-s", "Be brief"] },
  thinking: {
    flags: ["--thinking", "adaptive", "--show-thinking"],
    script: { thinking: ["let ", "me"], text: "b" },
  },
  effort: { flags: ["--effort", "low"] },
  tools: { flags: ["--param", `tools=${TOOL}`], script: { text: "calling", blocks: [call] } },
  schema: {
    flags: ["--schema", '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}'],
    script: { blocks: [{ ...call, name: "answer", input: { n: 1 } }] },
  },
  "no stream": { flags: ["--no-stream"], script: { text: "whole" } },
  image: { flags: ["-f", "a.png"] },
  pdf: { flags: ["-f", "a.pdf"] },
  cache: { flags: ["--cache", "-s", "word ".repeat(5000)] },
  refusal: { script: { text: "I will not", stop_reason: "refusal" } },
};

async function eventsThrough(bedrock: Mocked, api: string, flags: readonly string[]): Promise<unknown> {
  const args = [
    "invoke",
    "-m",
    "opus-4.8",
    "--api",
    api,
    "--output-format",
    "stream-json",
    ...flags,
    "--",
    "hi",
  ];
  const run = await bedrock.cbr(args, { cwd: home });
  const text = run.stdout
    .replace(/"(?:msg|toolu|tooluse|req)_[\w-]+"/g, '"ID"')
    .replaceAll(/(?:global\.)?anthropic\.claude-opus-4-8/g, "MODEL");
  return {
    code: run.code,
    lines: text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ request_id, id, model, model_id, api: _, geo, timing, cost, ...line }) => {
        // Converse splits cache writes by lifetime only where there are some.
        delete line.usage?.cache_creation;
        return line;
      }),
  };
}

test.each(Object.entries(FEATURES))(
  "%s is the same through every API",
  async (_name, { flags = [], script = { text: "Hello there" } }) => {
    const replies = await Promise.all(
      APIS.map(async (api) => eventsThrough(await mocked({ script: [script] }), api, flags)),
    );
    const wanted: any = replies[0];
    expect(wanted.lines[0].type).toBe("start");
    expect(wanted.lines.at(-1).type).toBe("result");
    for (const [i, reply] of replies.entries()) expect(reply, APIS[i]).toEqual(wanted);
  },
);

test.each([
  ["--guardrail", "gr-mock:1"],
  ["--tag", "team=search"],
  ["--service-tier", "default"],
  ["--latency", "standard"],
])("mantle would ignore %s: exit 2 names the APIs that have it", async (...flag) => {
  const bedrock = await mocked();
  const run = await bedrock.cbr([
    "invoke",
    "-m",
    "opus-4.8",
    "--api",
    "mantle",
    ...flag,
    "--error-format",
    "json",
    "hi",
  ]);
  expect(run.code).toBe(2);
  const error = errorOf(run.stderr);
  expect(error).toMatchObject({ code: "api_not_supported", hint: expect.stringContaining("`--api invoke`") });
  expect(error.message).toContain(flag[0]);
  expect(bedrock.mock.requests).toEqual([]);
});

test.each([
  [["-m", "opus-4.6", "--api", "mantle"], /Opus 4\.6 is not served by the API `mantle`/, /--api invoke/],
  [["-m", "mythos-5", "--api", "converse"], /not served by the API `converse`/, /--api mantle/],
  [["-m", "us.anthropic.claude-opus-4-8", "--api", "mantle"], /bare model ids only/, /-m opus-4\.8/],
  [["-m", "opus-4.8", "--api", "mantle", "--geo", "us"], /stays in its region/, /drop `--geo`/],
])("%j is 2 before anything is sent", async (flags, message, hint) => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", ...flags, "hi"]);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(message);
  expect(run.stderr).toMatch(hint);
  expect(bedrock.mock.requests).toEqual([]);
});

test("a model that one API serves goes there by itself, and -v says why", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", "mythos-5", "-v", "hi"]);
  expect(run.stderr).toMatch(/api: mantle \(`mantle` is the only API that serves Claude Mythos 5\)/);
  expect(bedrock.calls()[0]?.headers["authorization"]).toContain("/bedrock-mantle/aws4_request");
});

test("mantle gets the bare id, its own service name in the signature and betas in the header", async () => {
  const bedrock = await mocked();
  await bedrock.cbr([
    "invoke",
    "-m",
    "opus-4.8",
    "--api",
    "mantle",
    "--beta",
    "context-management-2025-06-27",
    "hi",
  ]);
  expect(bedrock.body()).toMatchObject({ model: "anthropic.claude-opus-4-8", stream: true });
  expect(bedrock.calls()[0]?.headers).toMatchObject({
    "anthropic-beta": "context-management-2025-06-27",
    "anthropic-version": "2023-06-01",
    authorization: expect.stringContaining("/bedrock-mantle/aws4_request"),
  });
});

test("Converse wants tools declared wherever a conversation uses them", async () => {
  const bedrock = await mocked();
  const messages = [
    { role: "user", content: "weather?" },
    { role: "assistant", content: [call] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "rain" }] },
  ];
  const body = { max_tokens: 100, messages };
  const args = ["invoke", "-m", "opus-4.8", "--body", "-", "--api", "converse"];
  const refused = await bedrock.cbr(args, { stdin: JSON.stringify(body) });
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toMatch(/wants `tools`/);
  const run = await bedrock.cbr(args, { stdin: JSON.stringify({ ...body, tools: JSON.parse(TOOL) }) });
  expect(run.code, run.stderr).toBe(0);
});

test("a 200 that is an error is an error", async () => {
  const trap = { Output: { __type: "com.amazon.coral.service#UnknownOperationException" }, Version: "1.0" };
  const bedrock = await mocked({ script: [{ status: 200, body: trap }] });
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.8", "--api", "messages", "hi"]);
  expect(run).toMatchObject({ code: 5, stdout: "" });
  expect(run.stderr).toMatch(/^cbr: the endpoint does not know this operation$/m);
});
