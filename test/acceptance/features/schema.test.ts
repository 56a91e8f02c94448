import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { freshHome } from "../../support/cbr.ts";
import { runInProcess } from "../../support/in-process.ts";
import { pdf } from "../../support/media.ts";
import { errorOf, mocked } from "../../support/mocked.ts";

const PERSON =
  '{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0}},"required":["name","age"]}';
const GOOD = '{"name":"Ada","age":36}';
const BAD = '{"name":"Ada","age":-1}';
const call = (input: object, name = "answer") => ({
  blocks: [{ type: "tool_use", id: "toolu_1", name, input }],
});

test("where the model has structured output it is used, and the data is one line in a pipe", async () => {
  const bedrock = await mocked({ script: [{ text: GOOD }] });
  const run = await bedrock.cbr(["invoke", "-m", "sonnet-4.5", "--schema", PERSON, "who?"]);
  expect(run).toMatchObject({ code: 0, stdout: `${GOOD}\n`, stderr: "" });
  expect(bedrock.body().output_config.format.type).toBe("json_schema");
});

test("on a terminal the data is pretty", async () => {
  const bedrock = await mocked({ script: [{ text: GOOD }] });
  const stream = new PassThrough();
  const stdout = { isTTY: true, columns: () => 80, rows: () => 24, isOpen: true, stream };
  const args = ["invoke", "-m", "sonnet-4.5", "--schema", PERSON, "who?"];
  expect(await runInProcess(args, bedrock.env, { stdout })).toMatchObject({ code: 0 });
  expect(String(stream.read())).toBe('{\n  "name": "Ada",\n  "age": 36\n}\n');
});

test("else a tool that Claude must call", async () => {
  const bedrock = await mocked({ script: [call({ name: "Ada", age: 36 })] });
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.8", "--schema", PERSON, "who?"]);
  expect(run).toMatchObject({ code: 0, stdout: `${GOOD}\n` });
  expect(bedrock.body().tool_choice).toMatchObject({ type: "tool", name: "answer" });
});

test("else a tool that is offered, where the model takes no forced one", async () => {
  const bedrock = await mocked({ script: [call({ name: "Ada", age: 36 })] });
  const run = await bedrock.cbr(["invoke", "-m", "opus-5.5", "--schema", PERSON, "who?"]);
  expect(run).toMatchObject({ code: 0, stdout: `${GOOD}\n` });
  expect(bedrock.body().tool_choice.type).toBe("auto");
  expect(bedrock.body().system).toContain("`answer`");
});

test("a wrong answer is repaired once, with the usage of both turns", async () => {
  const bedrock = await mocked({
    script: [
      { text: BAD, times: 1, usage: { input_tokens: 10, output_tokens: 5 } },
      { text: GOOD, usage: { input_tokens: 30, output_tokens: 7 } },
    ],
  });
  const run = await bedrock.cbr([
    "invoke",
    "-m",
    "sonnet-4.5",
    "--global",
    "--json",
    "--schema",
    PERSON,
    "who?",
  ]);
  const result = JSON.parse(run.stdout);
  expect(result).toMatchObject({
    data: { name: "Ada", age: 36 },
    usage: { input_tokens: 40, output_tokens: 12 },
  });
  expect(result.cost.usd).toBeCloseTo((40 * 3 + 12 * 15) / 1e6, 9);
  expect(JSON.stringify(bedrock.body(1).messages)).toContain("`/age` must be >= 0");
});

test("wrong twice is 9 with the violations and nothing on stdout", async () => {
  const bedrock = await mocked({ script: [{ text: BAD }] });
  const run = await bedrock.cbr([
    "invoke",
    "-m",
    "sonnet-4.5",
    "--schema",
    PERSON,
    "--error-format",
    "json",
    "who?",
  ]);
  expect(run).toMatchObject({ code: 9, stdout: "" });
  expect(errorOf(run.stderr)).toMatchObject({
    code: "schema_mismatch",
    partial_text: BAD,
    message: expect.stringContaining("`/age` must be >= 0"),
  });
  expect(bedrock.calls()).toHaveLength(2);
});

test("in JSON the result of a mismatch is printed without data, with the usage of both turns", async () => {
  const bedrock = await mocked({ script: [{ text: BAD, usage: { input_tokens: 10, output_tokens: 5 } }] });
  const run = await bedrock.cbr(["invoke", "-m", "sonnet-4.5", "--json", "--schema", PERSON, "who?"]);
  expect(run.code).toBe(9);
  const result = JSON.parse(run.stdout);
  expect(result).toMatchObject({ type: "result", text: BAD, usage: { input_tokens: 20 } });
  expect(result).not.toHaveProperty("data");
  expect(errorOf(run.stderr).code).toBe("schema_mismatch");
});

test("a refusal is no mismatch: it is not asked again", async () => {
  const bedrock = await mocked({ script: [{ text: "no", stop_reason: "refusal" }] });
  const run = await bedrock.cbr(["invoke", "-m", "sonnet-4.5", "--json", "--schema", PERSON, "who?"]);
  expect(run.code).toBe(9);
  expect(errorOf(run.stderr).code).toBe("refusal");
  expect(JSON.parse(run.stdout)).toMatchObject({ type: "result", stop_reason: "refusal" });
  expect(bedrock.calls()).toHaveLength(1);
});

test.each(["sonnet-4.5", "opus-4.8", "opus-5.5"])(
  "a schema whose root is a union or a list works with %s",
  async (model) => {
    const bedrock = await mocked();
    for (const schema of [
      '{"anyOf":[{"type":"string"},{"type":"null"}]}',
      '{"type":"array","items":{"type":"string"}}',
    ]) {
      const run = await bedrock.cbr(["invoke", "-m", model, "--schema", schema, "who?"]);
      expect(run.code, run.stderr).toBe(0);
      expect(() => JSON.parse(run.stdout)).not.toThrow();
    }
  },
);

test("a PDF on Converse keeps its pages: citations and a tool in place of structured output", async () => {
  const bedrock = await mocked();
  const cwd = freshHome();
  writeFileSync(join(cwd, "e.pdf"), pdf());
  const run = await bedrock.cbr(
    ["invoke", "-m", "sonnet-4.5", "--api", "converse", "-f", "e.pdf", "--schema", PERSON, "who?"],
    { cwd },
  );
  expect(run.code, run.stderr).toBe(0);
  expect(bedrock.body().messages[0].content[0].document.citations).toEqual({ enabled: true });
  expect(bedrock.body().toolConfig.toolChoice).toEqual({ tool: { name: "answer" } });
  expect(bedrock.body().outputConfig).toBeUndefined();
});

test("a schema that is none is 2, and no turn is left in the session", async () => {
  const bedrock = await mocked();
  const home = freshHome();
  const run = await bedrock.cbr(["invoke", "--session", "s", "--schema", '{"type":"wat"}', "who?"], { home });
  expect(run.code).toBe(2);
  expect((await bedrock.cbr(["sessions", "list", "--json"], { home })).stdout.trim()).toBe("[]");
  expect(bedrock.calls()).toEqual([]);
});

test("a conversation goes on after an answer that came as a tool's input", async () => {
  const bedrock = await mocked({ script: [{ ...call({ name: "Ada", age: 36 }), times: 1 }] });
  const home = freshHome();
  await bedrock.cbr(
    ["invoke", "-m", "opus-5.5", "--session", "s", "-s", "Be brief", "--schema", PERSON, "who?"],
    { home },
  );
  const run = await bedrock.cbr(["invoke", "-c", "and then?"], { home });
  expect(run.code, run.stderr).toBe(0);
  expect(bedrock.body(1).messages[1]).toEqual({ role: "assistant", content: [{ type: "text", text: GOOD }] });
  expect(bedrock.body(1).system).toBe("Be brief");
});
