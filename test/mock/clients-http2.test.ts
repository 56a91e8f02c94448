// The AWS SDK as it comes streams over HTTP/2: the mock's one port takes that too.
import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { afterEach, expect, it } from "vitest";
import { TEST_CREDENTIALS } from "../../src/mock/credentials.ts";
import type { ScriptEntry } from "../../src/mock/script.ts";
import { type RunningMock, startMock } from "../../src/mock/server.ts";

let mock: RunningMock;
let client: BedrockRuntimeClient;
afterEach(async () => {
  client.destroy();
  await mock.close();
});

const modelId = "global.anthropic.claude-opus-4-6-v1";
const body = JSON.stringify({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 100,
  messages: [{ role: "user", content: "Hello" }],
});

async function stream(script: ScriptEntry[] = []): Promise<string> {
  mock = await startMock({ script });
  client = new BedrockRuntimeClient({
    endpoint: mock.url,
    region: "us-east-1",
    credentials: TEST_CREDENTIALS,
    maxAttempts: 1,
  });
  const reply = await client.send(new InvokeModelWithResponseStreamCommand({ modelId, body }));
  let text = "";
  for await (const event of reply.body ?? []) {
    text += JSON.parse(Buffer.from(event.chunk?.bytes ?? []).toString()).delta?.text ?? "";
  }
  return text;
}

it("streams", async () => {
  expect(await stream()).toBe(`Hello from ${modelId}! You said: "Hello".`);
  expect(mock.requests[0]?.headers["host"]).toBe(mock.url.slice("http://".length));
});

it("answers whole, and again on the same connection", async () => {
  await stream();
  for (let i = 0; i < 2; i++) {
    const reply = await client.send(new InvokeModelCommand({ modelId, body }));
    expect(JSON.parse(reply.body.transformToString()).stop_reason).toBe("end_turn");
  }
});

it("reports errors", async () => {
  const streaming = stream([{ status: 429, name: "ThrottlingException", message: "slow down" }]);
  await expect(streaming).rejects.toMatchObject({ name: "ThrottlingException", message: "slow down" });
});

it("breaks connections", async () => {
  await expect(stream([{ fault: "rst-pre" }])).rejects.toThrow();
});
