// boto3 and the AWS CLI, where they are installed.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mockEnvironment } from "../../src/mock/environment.ts";
import { type RunningMock, startMock } from "../../src/mock/server.ts";
import { cleanEnv, freshHome } from "../support/cbr.ts";

const run = promisify(execFile);
const MODEL = "global.anthropic.claude-opus-4-6-v1";
const SAID = `Hello from ${MODEL}! You said: "Hello".`;
const PROMPT = JSON.stringify({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 100,
  messages: [{ role: "user", content: "Hello" }],
});

const hasBoto = await isInstalled("python3", ["-c", "import boto3"]);
const hasCli = await isInstalled("aws", ["--version"]);
if (!hasBoto) console.info("boto3 is not installed: its tests are skipped");
if (!hasCli) console.info("the AWS CLI is not installed: its tests are skipped");

let mock: RunningMock;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  mock = await startMock();
  env = cleanEnv(freshHome(), {
    ...mockEnvironment(mock.url, "us-east-1", {}).set,
    PYENV_VERSION: process.env["PYENV_VERSION"],
  });
});
afterAll(() => mock.close());

async function isInstalled(command: string, args: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}

describe.skipIf(!hasBoto)("boto3", () => {
  const python = async (code: string) => (await run("python3", ["-c", code], { env })).stdout.trim();

  it("invokes, streams and converses", async () => {
    const out = await python(`
import boto3, json
client = boto3.client("bedrock-runtime")
body = ${JSON.stringify(PROMPT)}
print(json.loads(client.invoke_model(modelId="${MODEL}", body=body)["body"].read())["content"][0]["text"])
events = [json.loads(e["chunk"]["bytes"]) for e in client.invoke_model_with_response_stream(modelId="${MODEL}", body=body)["body"]]
print("".join(e["delta"]["text"] for e in events if e["type"] == "content_block_delta"))
messages = [{"role": "user", "content": [{"text": "Hello"}]}]
print(client.converse(modelId="${MODEL}", messages=messages)["output"]["message"]["content"][0]["text"])
stream = client.converse_stream(modelId="${MODEL}", messages=messages)["stream"]
print("".join(e["contentBlockDelta"]["delta"]["text"] for e in stream if "contentBlockDelta" in e))
`);
    expect(out.split("\n")).toEqual([SAID, SAID, SAID, SAID]);
  });

  it("names the error", async () => {
    const out = await python(`
import boto3
try:
    boto3.client("bedrock-runtime").converse(modelId="anthropic.nope", messages=[{"role": "user", "content": [{"text": "x"}]}])
except Exception as e:
    print(type(e).__name__, e.response["ResponseMetadata"]["HTTPStatusCode"], e)
`);
    expect(out).toBe(
      "ValidationException 400 An error occurred (ValidationException) when calling the Converse operation: The provided model identifier is invalid.",
    );
  });
});

describe.skipIf(!hasCli)("the AWS CLI", () => {
  it("invokes a model", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cbr-cli-"));
    await writeFile(join(folder, "body.json"), PROMPT);
    const args = [
      "bedrock-runtime",
      "invoke-model",
      "--model-id",
      MODEL,
      "--body",
      "fileb://body.json",
      "out.json",
    ];
    await run("aws", args, { env, cwd: folder });
    const message = JSON.parse(await readFile(join(folder, "out.json"), "utf8"));
    expect(message.content).toEqual([{ type: "text", text: SAID }]);
  });

  it("converses", async () => {
    const messages = JSON.stringify([{ role: "user", content: [{ text: "Hello" }] }]);
    const { stdout } = await run(
      "aws",
      ["bedrock-runtime", "converse", "--model-id", MODEL, "--messages", messages],
      { env },
    );
    expect(JSON.parse(stdout).output.message.content).toEqual([{ text: SAID }]);
  });

  it("asks who it is", async () => {
    const { stdout } = await run("aws", ["sts", "get-caller-identity"], { env });
    expect(JSON.parse(stdout).Account).toBe("123456789012");
  });
});
