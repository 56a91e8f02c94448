import { spawn, spawnSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cbr, freshHome } from "../../support/cbr.ts";
import { errorOf, mocked } from "../../support/mocked.ts";

const REGION = { AWS_REGION: "us-east-1" };

test("the request is printed as JSON on one line, needs no credentials and touches nothing", async () => {
  const home = freshHome();
  const run = await cbr(["invoke", "--dry-run", "-m", "opus-4.6", "--global", "hi"], { env: REGION, home });
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout.trimEnd()).not.toContain("\n");
  expect(JSON.parse(run.stdout)).toEqual({
    method: "POST",
    url: "https://bedrock-runtime.us-east-1.amazonaws.com/model/global.anthropic.claude-opus-4-6-v1/invoke-with-response-stream",
    headers: {
      "content-type": "application/json",
      "x-amzn-bedrock-accept": "application/json",
      authorization: "AWS4-HMAC-SHA256 [redacted]",
    },
    body: {
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 8192,
      messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
    },
  });
  expect(readdirSync(home)).toEqual([]);
});

test.each([
  [
    "converse",
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/global.anthropic.claude-opus-4-8/converse-stream",
  ],
  ["messages", "https://bedrock-runtime.us-east-1.amazonaws.com/anthropic/v1/messages"],
  ["mantle", "https://bedrock-mantle.us-east-1.api.aws/anthropic/v1/messages"],
])("%s has its own URL", async (api, url) => {
  const run = await cbr(["invoke", "--dry-run", "-m", "opus-4.8", "--api", api, "hi"], { env: REGION });
  expect(JSON.parse(run.stdout).url).toBe(url);
});

test("a bearer token is redacted", async () => {
  const env = { ...REGION, AWS_BEARER_TOKEN_BEDROCK: "ABSKc2VjcmV0LXRva2VuLW9mLXRlc3Q=" };
  for (const form of ["json", "curl", "aws", "python", "typescript"]) {
    const run = await cbr(["invoke", `--dry-run=${form}`, "hi"], { env });
    expect(run.stdout).not.toContain("ABSKc2Vj");
    expect(run.code, form).toBe(0);
  }
});

test("what is wrong is wrong without sending, too", async () => {
  const run = await cbr(["invoke", "--dry-run", "-m", "opus-4.8", "--temperature", "1", "hi"], {
    env: REGION,
  });
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect((await cbr(["invoke", "--dry-run=perl", "hi"], { env: REGION })).code).toBe(2);
});

test("a bare --dry-run takes no word away from the prompt", async () => {
  const run = await cbr(["invoke", "--dry-run", "curl", "it"], { env: REGION });
  expect(JSON.parse(run.stdout).body.messages[0].content[0].text).toBe("curl it");
});

test("no session is begun, continued or forked", async () => {
  const bedrock = await mocked();
  const home = freshHome();
  await bedrock.cbr(["invoke", "--session", "a", "one"], { home });
  const names = async () =>
    JSON.parse((await bedrock.cbr(["sessions", "list", "--json"], { home })).stdout).map((s: any) => [
      s.name,
      s.turns,
    ]);
  const run = await bedrock.cbr(["invoke", "-c", "--dry-run", "two"], { home });
  expect(JSON.parse(run.stdout).body.messages).toHaveLength(3);
  expect(await bedrock.cbr(["invoke", "--fork", "b", "--dry-run", "two"], { home })).toMatchObject({
    code: 0,
  });
  expect(await bedrock.cbr(["invoke", "--session", "c", "--dry-run", "two"], { home })).toMatchObject({
    code: 0,
  });
  expect(await names()).toEqual([["a", 1]]);
  expect(bedrock.calls()).toHaveLength(1);
});

const has = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
const PROGRAMS: [form: string, command: string, args: (file: string) => string[], isThere: boolean][] = [
  ["curl", "sh", (file) => [file], has("curl", "--version")],
  ["aws", "sh", (file) => [file], has("aws", "--version")],
  ["python", "python3", (file) => [file], has("python3", "-c", "import boto3")],
  ["typescript", join(import.meta.dirname, "../../../node_modules/.bin/tsx"), (file) => [file], true],
];
test.each(PROGRAMS)("as %s it runs as printed", async (form, command, args, isThere) => {
  const bedrock = await mocked({ script: [{ text: 'it\'s "done"' }] });
  const whole = form === "curl" ? ["--no-stream"] : [];
  const run = await bedrock.cbr([
    "invoke",
    `--dry-run=${form}`,
    ...whole,
    "-m",
    "opus-4.6",
    "say 'it'\n$HOME",
  ]);
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout.trim()).not.toBe("");
  if (!isThere) return;
  const directory = join(import.meta.dirname, "../../../node_modules");
  const file = join(
    form === "typescript" ? directory : freshHome(),
    `.cbr-program-${process.pid}.${form === "typescript" ? "mts" : "txt"}`,
  );
  writeFileSync(file, run.stdout);
  const child = spawn(command, args(file), { env: { ...process.env, ...bedrock.env } });
  let output = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  child.stderr.on("data", (data) => {
    output += data;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  rmSync(file);
  expect(code, output).toBe(0);
  expect(output).toMatch(/done/);
  expect(bedrock.body().messages[0].content[0].text).toBe("say 'it'\n$HOME");
});

test("a tool that cannot send it says so", async () => {
  const run = await cbr(
    ["invoke", "--dry-run=aws", "-m", "opus-4.8", "--api", "mantle", "--error-format", "json", "hi"],
    { env: REGION },
  );
  expect(run.code).toBe(2);
  expect(errorOf(run.stderr).code).toBe("api_not_supported");
});
