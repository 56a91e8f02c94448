import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cbr } from "../support/cbr.ts";
import { errorOf, mocked } from "../support/mocked.ts";

test("a prompt goes to the global profile as a signed InvokeModelWithResponseStream, and the text comes out exactly", async () => {
  const bedrock = await mocked({ script: [{ text: ["Hel", "lo ", "there"] }] });
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", "--global", "Hello"]);
  expect(run).toMatchObject({ code: 0, stdout: "Hello there", stderr: "" });
  const [call] = bedrock.calls();
  expect(call?.method).toBe("POST");
  expect(call?.path).toBe("/model/global.anthropic.claude-opus-4-6-v1/invoke-with-response-stream");
  expect(call?.headers["authorization"]).toMatch(
    /^AWS4-HMAC-SHA256 Credential=\w+\/\d{8}\/us-east-1\/bedrock\/aws4_request/,
  );
  expect(bedrock.body()).toEqual({
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 8192,
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
  });
});

test("the first byte is on stdout before the stream has ended", async () => {
  const bedrock = await mocked({ script: [{ text: ["first ", "second"], gap: 150 }] });
  const running = bedrock.cbr(["invoke", "hi"]);
  const order: string[] = [];
  running.child.stdout?.once("data", () => order.push("byte"));
  const watch = setInterval(() => {
    if (bedrock.calls()[0]?.status && order.includes("byte") && !order.includes("checked")) {
      order.push("checked", bedrock.calls()[0]?.closedEarlyAt === null ? "open" : "closed");
    }
  }, 5);
  const run = await running;
  clearInterval(watch);
  expect(order.slice(0, 2)).toEqual(["byte", "checked"]);
  expect(run.stdout).toBe("first second");
});

test("stdin comes before the prompt, unwrapped; a file comes first, wrapped", async () => {
  const bedrock = await mocked();
  const directory = mkdtempSync(join(tmpdir(), "cbr-"));
  writeFileSync(join(directory, "notes.txt"), "some notes\n");
  const run = await bedrock.cbr(["invoke", "-f", "notes.txt", "-s", "Be brief", "Summarise", "it"], {
    stdin: "piped text\n",
    cwd: directory,
  });
  expect(run.code).toBe(0);
  expect(bedrock.body().system).toBe("Be brief");
  expect(bedrock.body().messages[0].content.map((block: { text: string }) => block.text)).toEqual([
    expect.stringMatching(/^<document path="notes.txt">\n?some notes\n\n?<\/document>$/),
    "piped text\n",
    "Summarise it",
  ]);
});

test("JSON on stdout has the result object of the contract", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", "opus-4.6", "--json", "Hello"]);
  expect(run.code).toBe(0);
  const result = JSON.parse(run.stdout);
  expect(result).toMatchObject({
    type: "result",
    stop_reason: "end_turn",
    stop_sequence: null,
    model_id: "global.anthropic.claude-opus-4-6-v1",
    geo: "global",
    region: "us-east-1",
    api: "invoke",
    warnings: [],
  });
  expect(result.content).toEqual([{ type: "text", text: result.text }]);
  expect(result.usage.input_tokens).toBeGreaterThan(0);
  expect(result.cost.usd).toBeCloseTo(
    (result.usage.input_tokens * 5 + result.usage.output_tokens * 25) / 1e6,
    9,
  );
  expect(result.request_id).toMatch(/^[0-9a-f-]{36}$/);
});

test("stream-json is one object a line and the result is the last", async () => {
  const bedrock = await mocked({ script: [{ text: ["a", "b"] }] });
  const run = await bedrock.cbr(["invoke", "--output-format", "stream-json", "hi"]);
  const lines = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => line.type)).toEqual(["start", "text_delta", "text_delta", "result"]);
  expect(lines[0].model_id).toBe("global.anthropic.claude-sonnet-5-5");
  expect(lines[3].text).toBe("ab");
});

test.each([
  [["invoke", ""], 3, "no_prompt"],
  [["invoke", "  "], 3, "no_prompt"],
  [["invoke"], 3, "no_prompt"],
  [["invoke", "-m", "opus-9", "hi"], 2, "unknown_model"],
  [["invoke", "-m", "", "hi"], 2, "bad_flag_value"],
  [["invoke", "--max-tokens", "1e6", "hi"], 2, "bad_flag_value"],
  [["invoke", "--global", "--geo", "eu", "hi"], 2, "flag_conflict"],
  [["invoke", "--json", "--output-format", "text", "hi"], 2, "flag_conflict"],
  [["invoke", "-s", "x", "--system-file", "y", "hi"], 2, "flag_conflict"],
  [["invoke", "-m", "opus-4.6", "--geo", "au", "--region", "us-east-1", "hi"], 2, "region_cannot_call"],
  [["invoke", "-m", "opus-4.1", "--global", "hi"], 2, "geo_not_offered"],
  [["invoke", "-f", "missing.txt", "hi"], 3, "file_unreadable"],
])("%j ends with %i before anything is sent", async (args, code, name) => {
  const bedrock = await mocked();
  const run = await bedrock.cbr([...args, "--error-format", "json"]);
  expect(run.code).toBe(code);
  expect(run.stdout).toBe("");
  expect(errorOf(run.stderr)).toMatchObject({ code: name, exit_code: code });
  expect(bedrock.mock.requests).toEqual([]);
});

test("an unknown model names the nearest", async () => {
  const run = await cbr(["invoke", "-m", "opus-9", "hi"]);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/hint: .*`opus/);
});

test("no credentials is 4, without waiting for a metadata service that is not there", async () => {
  const run = await cbr(["invoke", "hi", "--region", "us-east-1"], {
    env: { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:9" },
  });
  expect(run.code).toBe(4);
  expect(run.stderr).toMatch(/^cbr: no AWS credentials found/m);
  expect(run.stderr).toMatch(/^hint: /m);
});

test("throttled for ever is 6 after exactly the configured number of attempts", async () => {
  const bedrock = await mocked({
    script: [{ status: 429, name: "ThrottlingException", message: "Too many requests" }],
  });
  const run = await bedrock.cbr(["invoke", "--max-attempts", "2", "--error-format", "json", "hi"]);
  expect(run.code).toBe(6);
  expect(bedrock.calls()).toHaveLength(2);
  expect(errorOf(run.stderr)).toMatchObject({ code: "throttled", retryable: true, aws: { status: 429 } });
});

test("a reset after the third word is 8 with three words on stdout, and one call", async () => {
  const bedrock = await mocked({
    script: [{ text: ["one ", "two ", "three ", "four"], fault: "rst-between", after: 3 }],
  });
  const run = await bedrock.cbr(["invoke", "hi"]);
  expect(run.code).toBe(8);
  expect(run.stdout).toBe("one two three ");
  expect(bedrock.calls()).toHaveLength(1);
});

test("with -o a broken answer leaves no file, a whole one exactly its bytes", async () => {
  const directory = mkdtempSync(join(tmpdir(), "cbr-"));
  const broken = await mocked({ script: [{ text: ["one ", "two"], fault: "clean-end-no-stop", after: 1 }] });
  const failed = await broken.cbr(["invoke", "-o", "answer.txt", "hi"], { cwd: directory });
  expect(failed).toMatchObject({ code: 8, stdout: "" });
  expect(() => readFileSync(join(directory, "answer.txt"))).toThrow();
  const whole = await mocked({ script: [{ text: "line\n\nlast" }] });
  expect(await whole.cbr(["invoke", "-o", "answer.txt", "hi"], { cwd: directory })).toMatchObject({
    code: 0,
    stdout: "",
  });
  expect(readFileSync(join(directory, "answer.txt"), "utf8")).toBe("line\n\nlast");
});

test("Ctrl-C ends with SIGINT, keeps what came, and the server sees the close", async () => {
  const bedrock = await mocked({ script: [{ text: ["part ", "rest"], gap: 600 }] });
  const running = bedrock.cbr(["invoke", "hi"]);
  await new Promise((resolve) => running.child.stdout?.once("data", resolve));
  running.child.kill("SIGINT");
  const run = await running;
  expect(run.signal ?? run.code).toBe("SIGINT");
  expect(run.stdout).toBe("part ");
  await expect.poll(() => bedrock.calls()[0]?.closedEarlyAt).not.toBeNull();
});

test("a reader that goes away ends it quietly with 0 and aborts the request", async () => {
  const bedrock = await mocked({
    script: [{ text: Array.from({ length: 200 }, (_, i) => `line ${i}\n`), gap: 20 }],
  });
  const running = bedrock.cbr(["invoke", "hi"]);
  await new Promise((resolve) => running.child.stdout?.once("data", resolve));
  running.child.stdout?.destroy();
  const run = await running;
  expect(run).toMatchObject({ code: 0, stderr: "" });
  await expect.poll(() => bedrock.calls()[0]?.closedEarlyAt).not.toBeNull();
});

test("what was chosen for the user is said only where there is something to send", async () => {
  for (const [args, message, code] of [
    [["invoke"], "no prompt given", 3],
    [["count"], "no prompt given", 3],
    [["invoke", "-f", "missing.txt", "hi"], "cannot read `missing.txt`", 3],
    [["invoke", "-m", "opus-4.6", "--effort", "hihg", "hi"], "`--effort hihg`", 2],
    [["invoke", "-m", "opus-4.6", "--fallback-model", "opsu", "hi"], "no model is called `opsu`", 2],
  ] as const) {
    const run = await cbr(args);
    expect(run.code, run.stderr).toBe(code);
    expect(run.stderr.startsWith(`cbr: ${message}`), run.stderr).toBe(true);
  }
  const { code, stderr } = await cbr(["invoke", "--dry-run", "hi"]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: "note: no region is set: using `us-east-1`; set one with `--region` or `AWS_REGION`\n",
  });
});
