// Anthropic's own Bedrock clients, for InvokeModel and for mantle, take the mock for the service.
import { AnthropicBedrock, AnthropicBedrockMantle } from "@anthropic-ai/bedrock-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TEST_API_KEY, TEST_CREDENTIALS } from "../../src/mock/credentials.ts";
import { type RunningMock, startMock } from "../../src/mock/server.ts";

let mock: RunningMock;

beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock.close());

const keys = {
  awsAccessKey: TEST_CREDENTIALS.accessKeyId,
  awsSecretKey: TEST_CREDENTIALS.secretAccessKey,
  awsRegion: "us-east-1",
  maxRetries: 0,
};
const ask = { max_tokens: 200, messages: [{ role: "user" as const, content: "Hello" }] };

describe("AnthropicBedrock", () => {
  const model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
  // The client's default version is one that models with a version in their id do not take.
  const client = () =>
    new AnthropicBedrock({
      ...keys,
      baseURL: mock.url,
      defaultHeaders: { "anthropic-version": "bedrock-2023-05-31" },
    });

  it("gets a whole message", async () => {
    const message = await client().messages.create({ model, ...ask });
    expect(message.content).toEqual([{ type: "text", text: `Hello from ${model}! You said: "Hello".` }]);
    expect(message.model).toBe("claude-sonnet-4-5-20250929");
  });

  it("streams", async () => {
    const message = await client()
      .messages.stream({ model, ...ask })
      .finalMessage();
    expect(message.content[0]).toMatchObject({
      type: "text",
      text: `Hello from ${model}! You said: "Hello".`,
    });
    expect(message.stop_reason).toBe("end_turn");
    expect(message.usage.output_tokens).toBeGreaterThan(5);
  });

  it("streams thinking with a signature that may come back", async () => {
    const thinking = { type: "enabled" as const, budget_tokens: 1024 };
    const first = await client()
      .messages.stream({ model, ...ask, max_tokens: 4000, thinking })
      .finalMessage();
    expect(first.content[0]).toMatchObject({ type: "thinking", signature: expect.stringMatching(/.{40}/) });
    const second = await client().messages.create({
      model,
      max_tokens: 4000,
      thinking,
      messages: [
        ...ask.messages,
        { role: "assistant", content: first.content },
        { role: "user", content: "And?" },
      ],
    });
    expect(second.content.at(-1)).toMatchObject({ text: expect.stringContaining("turn 2") });
  });

  it("reads an error", async () => {
    await expect(client().messages.create({ model: "anthropic.nope", ...ask })).rejects.toMatchObject({
      status: 400,
      error: { message: "The provided model identifier is invalid." },
    });
  });
});

describe("AnthropicBedrockMantle", () => {
  const model = "anthropic.claude-opus-4-8";
  const mantleKeys = {
    awsAccessKey: TEST_CREDENTIALS.accessKeyId,
    awsSecretAccessKey: TEST_CREDENTIALS.secretAccessKey,
    awsRegion: "us-east-1",
  };
  const client = (more: Record<string, unknown> = mantleKeys) =>
    new AnthropicBedrockMantle({ maxRetries: 0, baseURL: `${mock.mantleUrl}/anthropic`, ...more });

  it("gets a whole message, signed", async () => {
    const message = await client().messages.create({ model, ...ask });
    expect(message.content).toEqual([{ type: "text", text: `Hello from ${model}! You said: "Hello".` }]);
  });

  it("streams with an API key", async () => {
    const stream = client({ apiKey: TEST_API_KEY, awsRegion: "us-east-1" }).messages.stream({
      model,
      ...ask,
    });
    const message = await stream.finalMessage();
    expect(message.content[0]).toMatchObject({ text: `Hello from ${model}! You said: "Hello".` });
  });

  it("is told without the prefix by the signature's scope", async () => {
    const message = await client({ ...mantleKeys, baseURL: `${mock.url}/anthropic` }).messages.create({
      model,
      ...ask,
    });
    expect(message.type).toBe("message");
  });

  it("refuses profile ids", async () => {
    const asking = client().messages.create({ model: `us.${model}`, ...ask });
    await expect(asking).rejects.toMatchObject({
      status: 404,
      error: { type: "error", error: { type: "not_found_error" } },
    });
  });
});
