// The AWS SDK, which nobody here wrote, takes the mock for Bedrock.
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  EXPIRED_CREDENTIALS,
  shortTermApiKey,
  TEMPORARY_CREDENTIALS,
  TEST_API_KEY,
  TEST_CREDENTIALS,
} from "../../src/mock/credentials.ts";
import { type RunningMock, startMock } from "../../src/mock/server.ts";

const MODEL = "global.anthropic.claude-opus-4-6-v1";
let mock: RunningMock;

beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock.close());

function client(more: Record<string, unknown> = {}) {
  return new BedrockRuntimeClient({
    endpoint: mock.url,
    region: "us-east-1",
    credentials: TEST_CREDENTIALS,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
    ...more,
  });
}

function body(more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 200,
    messages: [{ role: "user", content: "Hello" }],
    ...more,
  });
}

const SAID = `Hello from ${MODEL}! You said: "Hello".`;

describe("InvokeModel", () => {
  it("answers a whole message and counts in the headers", async () => {
    const reply = await client().send(new InvokeModelCommand({ modelId: MODEL, body: body() }));
    const message = JSON.parse(reply.body.transformToString());
    expect(message).toMatchObject({
      type: "message",
      role: "assistant",
      model: "claude-opus-4-6",
      content: [{ type: "text", text: SAID }],
      stop_reason: "end_turn",
      usage: { input_tokens: 2, cache_read_input_tokens: 0 },
    });
    expect(message.id).toMatch(/^msg_bdrk_01/);
    expect(reply.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("streams the same text in several deltas, metrics on the last event", async () => {
    const reply = await client().send(
      new InvokeModelWithResponseStreamCommand({ modelId: MODEL, body: body() }),
    );
    const events = [];
    for await (const event of reply.body ?? []) {
      events.push(JSON.parse(Buffer.from(event.chunk?.bytes ?? []).toString()));
    }
    const deltas = events.filter((event) => event.type === "content_block_delta");
    expect(deltas.map((event) => event.delta.text).join("")).toBe(SAID);
    expect(deltas.length).toBeGreaterThan(3);
    expect(events.map((event) => event.type).filter((type) => type !== "content_block_delta")).toEqual([
      "message_start",
      "content_block_start",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    expect(events.at(-1)["amazon-bedrock-invocationMetrics"]).toMatchObject({ inputTokenCount: 2 });
  });

  it("reads from its cache what an identical request wrote to it", async () => {
    const system = [{ type: "text", text: "x".repeat(20_000), cache_control: { type: "ephemeral" } }];
    const usages = [];
    for (let i = 0; i < 2; i++) {
      const reply = await client().send(new InvokeModelCommand({ modelId: MODEL, body: body({ system }) }));
      usages.push(JSON.parse(reply.body.transformToString()).usage);
    }
    expect(usages[0]).toMatchObject({ cache_creation_input_tokens: 5000, cache_read_input_tokens: 0 });
    expect(usages[1]).toMatchObject({ cache_creation_input_tokens: 0, cache_read_input_tokens: 5000 });
  });
});

describe("Converse", () => {
  const messages = [{ role: "user" as const, content: [{ text: "Hello" }] }];

  it("answers whole", async () => {
    const reply = await client().send(new ConverseCommand({ modelId: MODEL, messages }));
    expect(reply.output?.message?.content).toEqual([{ text: SAID }]);
    expect(reply.stopReason).toBe("end_turn");
    expect(reply.usage).toMatchObject({ inputTokens: 2, totalTokens: (reply.usage?.outputTokens ?? 0) + 2 });
  });

  it("streams, with no start event for text and the metadata last", async () => {
    const reply = await client().send(new ConverseStreamCommand({ modelId: MODEL, messages }));
    const events = [];
    for await (const event of reply.stream ?? []) events.push(event);
    expect(events.map((event) => event.contentBlockDelta?.delta?.text ?? "").join("")).toBe(SAID);
    const kinds = events
      .flatMap((event) => Object.keys(event))
      .filter((kind) => kind !== "contentBlockDelta");
    expect(kinds).toEqual(["messageStart", "contentBlockStop", "messageStop", "metadata"]);
  });

  it("calls a forced tool with input that its schema accepts, whole and streamed", async () => {
    const toolConfig = {
      tools: [
        {
          toolSpec: {
            name: "weather",
            inputSchema: {
              json: {
                type: "object",
                properties: { city: { type: "string" }, days: { type: "integer", minimum: 3 } },
                required: ["city", "days"],
              },
            },
          },
        },
      ],
      toolChoice: { tool: { name: "weather" } },
    };
    const whole = await client().send(new ConverseCommand({ modelId: MODEL, messages, toolConfig }));
    expect(whole.stopReason).toBe("tool_use");
    expect(whole.output?.message?.content?.[0]?.toolUse?.input).toEqual({ city: "mock", days: 3 });
    const reply = await client().send(new ConverseStreamCommand({ modelId: MODEL, messages, toolConfig }));
    let input = "";
    let start: string | undefined;
    for await (const event of reply.stream ?? []) {
      start ??= event.contentBlockStart?.start?.toolUse?.toolUseId;
      input += event.contentBlockDelta?.delta?.toolUse?.input ?? "";
    }
    expect(JSON.parse(input)).toEqual({ city: "mock", days: 3 });
    expect(start).toMatch(/^tooluse_/);
  });

  it("says nothing but the guardrail's text when the guardrail intervenes", async () => {
    const reply = await client().send(
      new ConverseCommand({
        modelId: MODEL,
        messages: [{ role: "user", content: [{ text: "a forbidden thing" }] }],
        guardrailConfig: { guardrailIdentifier: "gr-mock", guardrailVersion: "1", trace: "enabled" },
      }),
    );
    expect(reply.stopReason).toBe("guardrail_intervened");
    expect(reply.usage?.totalTokens).toBe(0);
    expect(reply.trace?.guardrail?.actionReason).toBe("Guardrail blocked.");
  });
});

describe("CountTokens", () => {
  it("counts an InvokeModel body of a bare id", async () => {
    const reply = await client().send(
      new CountTokensCommand({
        modelId: "anthropic.claude-opus-4-6-v1",
        input: { invokeModel: { body: Buffer.from(body()) } },
      }),
    );
    expect(reply.inputTokens).toBe(2);
  });

  it("refuses models that cannot be counted", async () => {
    const counting = client().send(
      new CountTokensCommand({
        modelId: "anthropic.claude-opus-4-7",
        input: { converse: { messages: [{ role: "user", content: [{ text: "Hello" }] }] } },
      }),
    );
    await expect(counting).rejects.toMatchObject({
      name: "ValidationException",
      message: "The provided model doesn't support counting tokens.",
    });
  });
});

describe("credentials", () => {
  const call = (more: Record<string, unknown>) =>
    client(more).send(new InvokeModelCommand({ modelId: MODEL, body: body() }));
  const bearer = (token: string) => ({ token: { token }, authSchemePreference: ["httpBearerAuth"] });

  it.each([
    ["temporary credentials with their session token", { credentials: TEMPORARY_CREDENTIALS }],
    ["a long-term API key", bearer(TEST_API_KEY)],
    ["a short-term API key", bearer(shortTermApiKey("us-east-1", Date.now()))],
  ])("takes %s", async (_name, more) => {
    expect((await call(more)).$metadata.httpStatusCode).toBe(200);
  });

  it.each([
    [
      "an unknown key",
      { credentials: { accessKeyId: "AKIAUNKNOWN", secretAccessKey: "x" } },
      "UnrecognizedClientException",
      /security token included in the request is invalid/,
    ],
    [
      "a wrong secret",
      { credentials: { ...TEST_CREDENTIALS, secretAccessKey: "x" } },
      "InvalidSignatureException",
      /signature we calculated does not match/,
    ],
    [
      "a missing session token",
      { credentials: { ...TEMPORARY_CREDENTIALS, sessionToken: undefined } },
      "UnrecognizedClientException",
      /invalid/,
    ],
    ["expired credentials", { credentials: EXPIRED_CREDENTIALS }, "ExpiredTokenException", /is expired/],
    [
      "a clock that is an hour behind",
      { systemClockOffset: -3_600_000 },
      "InvalidSignatureException",
      /^Signature expired: .* is now earlier than/,
    ],
    [
      "a clock that is an hour ahead",
      { systemClockOffset: 3_600_000 },
      "InvalidSignatureException",
      /^Signature not yet current/,
    ],
    [
      "an expired API key",
      bearer(shortTermApiKey("us-east-1", Date.now(), -10)),
      "AccessDeniedException",
      /Bearer Token has expired/,
    ],
    [
      "a token that is no API key",
      bearer("hello"),
      "AccessDeniedException",
      /make sure your API Key is valid/,
    ],
  ])("refuses %s", async (_name, more, name, message) => {
    await expect(call(more)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });
});

describe("models", () => {
  const call = (modelId: string, region = "us-east-1") =>
    client({ region }).send(new InvokeModelCommand({ modelId, body: body() }));

  it.each([
    [
      "an unknown id",
      "anthropic.claude-nine",
      "us-east-1",
      "ValidationException",
      "The provided model identifier is invalid.",
    ],
    [
      "a profile of another continent",
      "eu.anthropic.claude-opus-4-6-v1",
      "us-east-1",
      "ValidationException",
      "The provided model identifier is invalid.",
    ],
    [
      "a retired model",
      "anthropic.claude-3-7-sonnet-20250219-v1:0",
      "us-east-1",
      "ResourceNotFoundException",
      "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
    ],
    [
      "an ARN of another region",
      "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-opus-4-6-v1",
      "us-east-1",
      "ValidationException",
      "The provided ARN is invalid for the service region.",
    ],
    [
      "a bare id where a profile is needed",
      "anthropic.claude-opus-4-6-v1",
      "us-east-1",
      "ValidationException",
      "Invocation of model ID anthropic.claude-opus-4-6-v1 with on-demand throughput isn\u2019t supported. Retry your request with the ID or ARN of an inference profile that contains this model.",
    ],
  ])("refuses %s", async (_name, modelId, region, name, message) => {
    await expect(call(modelId, region)).rejects.toMatchObject({ name, message });
  });

  it.each([
    ["a bare id where it is served on demand", "anthropic.claude-opus-4-6-v1", "eu-west-2"],
    [
      "an inference profile's ARN",
      `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${MODEL}`,
      "us-east-1",
    ],
    [
      "an application inference profile",
      "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123mock",
      "us-east-1",
    ],
  ])("takes %s", async (_name, modelId, region) => {
    expect((await call(modelId, region)).$metadata.httpStatusCode).toBe(200);
  });
});
