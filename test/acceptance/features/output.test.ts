// What goes to stdout, to a file and into a session.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome } from "../../support/cbr.ts";
import { errorOf, mocked } from "../../support/mocked.ts";

const FENCED = "Here:\n```sh\necho hi\n```\nand\n```\nmore\n```\n";

test("-x prints the first fenced code block and nothing around it", async () => {
  const bedrock = await mocked({ script: [{ text: FENCED }] });
  expect(await bedrock.cbr(["invoke", "-x", "hi"])).toMatchObject({ code: 0, stdout: "echo hi\n" });
});

test("an answer that only calls a tool says on stderr why stdout is empty", async () => {
  const call = { type: "tool_use", id: "toolu_1", name: "weather", input: {} };
  const bedrock = await mocked({ script: [{ blocks: [call] }, { text: "So: ", blocks: [call] }] });
  const run = await bedrock.cbr(["invoke", "hi"]);
  expect(run).toMatchObject({ code: 0, stdout: "" });
  expect(run.stderr).toMatch(/^warning: the answer has no text, it calls `weather`/);
  expect(await bedrock.cbr(["invoke", "hi"])).toMatchObject({ code: 0, stdout: "So: ", stderr: "" });
});

test("-x in JSON: the text is the code, the content everything", async () => {
  const bedrock = await mocked({ script: [{ text: FENCED }] });
  const result = JSON.parse((await bedrock.cbr(["invoke", "-x", "--json", "hi"])).stdout);
  expect(result).toMatchObject({ text: "echo hi\n", content: [{ type: "text", text: FENCED }] });
});

test("-x without a block is 9, and nothing is written", async () => {
  const bedrock = await mocked({ script: [{ text: "no code" }] });
  const cwd = freshHome();
  const run = await bedrock.cbr(["invoke", "-x", "-o", "out", "--error-format", "json", "hi"], {
    cwd,
    home: cwd,
  });
  expect(run).toMatchObject({ code: 9, stdout: "" });
  expect(errorOf(run.stderr)).toMatchObject({ code: "no_code_block", partial_text: "no code" });
  expect(existsSync(join(cwd, "out"))).toBe(false);
  const json = await bedrock.cbr(["invoke", "-x", "--json", "hi"]);
  expect(json.code).toBe(9);
  expect(JSON.parse(json.stdout).text).toBe("no code");
});

test("-o takes the JSON object as well", async () => {
  const bedrock = await mocked({ script: [{ text: "hello" }] });
  const cwd = freshHome();
  expect(await bedrock.cbr(["invoke", "--json", "-o", "out.json", "hi"], { cwd })).toMatchObject({
    code: 0,
    stdout: "",
  });
  expect(JSON.parse(readFileSync(join(cwd, "out.json"), "utf8")).text).toBe("hello");
});

test("-o leaves an older file alone when the answer broke off, and no temporary file", async () => {
  const bedrock = await mocked({
    script: [
      { text: "old", times: 1 },
      { text: ["new ", "er"], fault: "clean-end-no-stop", after: 1 },
    ],
  });
  const cwd = freshHome();
  const home = freshHome();
  await bedrock.cbr(["invoke", "-o", "out", "hi"], { cwd, home });
  expect(await bedrock.cbr(["invoke", "-o", "out", "hi"], { cwd, home })).toMatchObject({
    code: 8,
    stdout: "",
  });
  expect(readFileSync(join(cwd, "out"), "utf8")).toBe("old");
  expect(readdirSync(cwd)).toEqual(["out"]);
});

test("-o that cannot be written is 11 or 3, never 0, and before anything is paid for", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-o", "no/such/folder/out", "hi"]);
  expect(run.code).toBe(11);
  expect(bedrock.calls()).toEqual([]);
});

test("--no-stream is one call that answers at the end", async () => {
  const bedrock = await mocked({ script: [{ text: "whole" }] });
  expect(await bedrock.cbr(["invoke", "-m", "opus-4.6", "--no-stream", "hi"])).toMatchObject({
    code: 0,
    stdout: "whole",
  });
  expect(bedrock.calls()[0]?.path).toMatch(/\/invoke$/);
});

test("-u is one line on stderr, in text and in JSON", async () => {
  const bedrock = await mocked({ script: [{ text: "hi", usage: { input_tokens: 10, output_tokens: 5 } }] });
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", "--global", "-u", "hi"]);
  expect(run.stderr).toMatch(
    /^10 in, 5 out, cache 0 read, 0 written · \$0\.000175 · [\d.]+ s \(first token [\d.]+ s\)\n$/,
  );
  expect((await bedrock.cbr(["invoke", "-u", "--json", "hi"])).stderr).toMatch(/10 in, 5 out/);
});

test("stream-json gives every warning as a line, also what was known before sending", async () => {
  const bedrock = await mocked({ script: [{ text: "cut", stop_reason: "max_tokens" }] });
  const run = await bedrock.cbr([
    "invoke",
    "-m",
    "opus-4.1",
    "--geo",
    "us",
    "--output-format",
    "stream-json",
    "hi",
  ]);
  const lines = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const warnings = lines.filter(({ type }) => type === "warning").map(({ type: _, ...warning }) => warning);
  expect(warnings.map(({ code }) => code)).toEqual(["model_deprecated", "cut_at_max_tokens"]);
  expect(lines.at(-1).warnings).toEqual(warnings);
});

test("stream-json ends with the result on stdout, with -o too", async () => {
  const bedrock = await mocked({ script: [{ text: "whole" }] });
  const cwd = freshHome();
  const run = await bedrock.cbr(["invoke", "--output-format", "stream-json", "-o", "out", "hi"], {
    cwd,
    home: cwd,
  });
  const last = JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "");
  expect(last).toMatchObject({ type: "result", text: "whole" });
  expect(JSON.parse(readFileSync(join(cwd, "out"), "utf8"))).toEqual(last);
});

test("when the stream breaks stream-json has no result, and the error is on stderr with the text", async () => {
  const bedrock = await mocked({
    script: [{ text: ["one ", "two "], fault: "clean-end-no-stop", after: 1 }],
  });
  const run = await bedrock.cbr(["invoke", "--output-format", "stream-json", "hi"]);
  expect(run.code).toBe(8);
  expect(run.stdout).not.toMatch(/"result"/);
  expect(errorOf(run.stderr)).toMatchObject({ partial_text: "one " });
});

test("a turn is on disk before the request leaves, and what became of it after", async () => {
  const bedrock = await mocked({
    script: [
      { text: "slow", delay: 400, times: 1 },
      { status: 400, name: "ValidationException", message: "no" },
    ],
  });
  const home = freshHome();
  const file = join(home, ".local/state/cbr/sessions/s.jsonl");
  const running = bedrock.cbr(["invoke", "--session", "s", "remember me"], { home });
  await expect.poll(() => bedrock.calls().length, { timeout: 10_000 }).toBe(1);
  expect(readFileSync(file, "utf8")).toContain("remember me");
  expect((await running).code).toBe(0);
  expect((await bedrock.cbr(["invoke", "--session", "s", "again"], { home })).code).toBe(5);
  expect(readFileSync(file, "utf8").trim().split("\n").at(-1)).toMatch(
    /"complete":false,"error":"validation"/,
  );
});

test("-c goes on with the conversation's model and system prompt, --fork in a copy", async () => {
  const bedrock = await mocked();
  const home = freshHome();
  await bedrock.cbr(
    ["invoke", "-m", "haiku-4.5", "--geo", "us", "--session", "s", "-s", "Be brief", "--cache", "one"],
    { home },
  );
  expect(await bedrock.cbr(["invoke", "-c", "two"], { home })).toMatchObject({ code: 0 });
  expect(bedrock.calls()[1]?.path).toContain("/us.anthropic.claude-haiku-4-5");
  expect(bedrock.body(1)).toMatchObject({ system: "Be brief", messages: [{}, {}, {}] });
  expect(await bedrock.cbr(["invoke", "--session", "s", "--fork", "t", "three"], { home })).toMatchObject({
    code: 0,
  });
  const list = JSON.parse((await bedrock.cbr(["sessions", "list", "--json"], { home })).stdout);
  expect(Object.fromEntries(list.map((s: any) => [s.name, s.turns]))).toEqual({ s: 2, t: 3 });
});

test("a model typed by its id leaves the conversation's geo", async () => {
  const bedrock = await mocked();
  const home = freshHome();
  await bedrock.cbr(["invoke", "-m", "haiku-4.5", "--geo", "us", "--session", "s", "one"], { home });
  const run = await bedrock.cbr(["invoke", "-c", "-m", "global.anthropic.claude-opus-4-6-v1", "two"], {
    home,
  });
  expect(run.code, run.stderr).toBe(0);
});

test("what a guard refused leaves no turn behind", async () => {
  const bedrock = await mocked();
  const home = freshHome();
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", "--session", "s", "--max-cost", "0", "hi"], {
    home,
  });
  expect(run.code).toBe(13);
  expect((await bedrock.cbr(["sessions", "list", "--json"], { home })).stdout.trim()).toBe("[]");
});
