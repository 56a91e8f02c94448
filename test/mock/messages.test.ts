// The Messages APIs of runtime and mantle, and Bedrock's own headers, asked with nothing but fetch and an API key.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shortTermApiKey, TEST_API_KEY } from "../../src/mock/credentials.ts";
import { type RunningMock, startMock } from "../../src/mock/server.ts";

let mock: RunningMock;
beforeAll(async () => {
  mock = await startMock({ deny: ["bedrock-mantle:ListModels"] });
});
afterAll(() => mock.close());

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(mock.url + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${shortTermApiKey("us-east-1", Date.now())}`,
      "anthropic-version": "2023-06-01",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

const ask = { max_tokens: 100, messages: [{ role: "user", content: "Hello" }] };
const RUNTIME = "/anthropic/v1/messages";
const MANTLE = "/mantle/anthropic/v1/messages";
const OPUS = "us.anthropic.claude-opus-4-8";

describe("Messages on runtime", () => {
  it("answers whole", async () => {
    const { status, json } = await post(RUNTIME, { model: OPUS, ...ask });
    expect(status).toBe(200);
    expect(json()).toMatchObject({
      type: "message",
      model: "claude-opus-4-8",
      stop_reason: "end_turn",
    });
  });

  it("streams server-sent events", async () => {
    const { headers, text } = await post(RUNTIME, { model: OPUS, stream: true, ...ask });
    expect(headers.get("content-type")).toContain("text/event-stream");
    const events = text.trimEnd().split("\n\n");
    expect(events[0]).toMatch(/^event: message_start\ndata: \{"type":"message_start"/);
    expect(events.at(-1)).toBe('event: message_stop\ndata: {"type":"message_stop"}');
  });

  it("does not have the older models", async () => {
    const { status, json } = await post(RUNTIME, { model: "us.anthropic.claude-opus-4-6-v1", ...ask });
    expect(status).toBe(404);
    expect(json()).toEqual({
      type: "error",
      error: { type: "not_found_error", message: "model: us.anthropic.claude-opus-4-6-v1" },
    });
  });

  it("reports rules in its own form", async () => {
    const { status, json } = await post(RUNTIME, { model: OPUS, temperature: 1, ...ask });
    expect(status).toBe(400);
    expect(json().error).toEqual({
      type: "invalid_request_error",
      message: "`temperature` is deprecated for this model.",
    });
  });

  it.each(["/anthropic/v1/messages/count_tokens", "/anthropic/v1/models"])(
    "answers 200 to %s, which does not exist",
    async (path) => {
      const { status, json } = await post(path, { model: OPUS, ...ask });
      expect(status).toBe(200);
      expect(json().Output.__type).toBe("com.amazon.coral.service#UnknownOperationException");
    },
  );
});

describe("mantle", () => {
  const model = "anthropic.claude-opus-4-8";

  it("takes x-api-key, counts tokens and ignores guardrails", async () => {
    const headers = {
      authorization: "",
      "x-api-key": TEST_API_KEY,
      "x-amzn-bedrock-guardrailidentifier": "nonsense",
    };
    const answered = await post(MANTLE, { model, ...ask }, headers);
    expect(answered.status).toBe(200);
    const counted = await post(`${MANTLE}/count_tokens`, { model, messages: ask.messages }, headers);
    expect(counted.json()).toEqual({ input_tokens: 2 });
  });

  it("refuses profile ids, gated models and models of other regions", async () => {
    expect((await post(MANTLE, { model: OPUS, ...ask })).status).toBe(404);
    expect((await post(MANTLE, { model: "anthropic.claude-mythos-5", ...ask })).json().error.type).toBe(
      "permission_error",
    );
    const elsewhere = { authorization: `Bearer ${shortTermApiKey("sa-east-1", Date.now())}` };
    expect((await post(MANTLE, { model, ...ask }, elsewhere)).status).toBe(404);
  });

  it("wants credentials", async () => {
    const { status, json } = await post(MANTLE, { model, ...ask }, { authorization: "" });
    expect(status).toBe(403);
    expect(json().error.message).toBe("Authorization header is missing");
  });

  it("can be denied an action", async () => {
    const response = await fetch(`${mock.mantleUrl}/v1/models`, {
      headers: { authorization: `Bearer ${TEST_API_KEY}` },
    });
    expect(response.status).toBe(403);
    expect(JSON.stringify(await response.json())).toContain(
      "not authorized to perform: bedrock-mantle:ListModels",
    );
  });
});

describe("Bedrock's own headers on InvokeModel", () => {
  const path = "/model/us.anthropic.claude-opus-4-6-v1/invoke";
  const body = (text: string) => ({
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 100,
    messages: [{ role: "user", content: text }],
  });
  const guardrail = {
    "x-amzn-bedrock-guardrailidentifier": "gr-mock",
    "x-amzn-bedrock-guardrailversion": "DRAFT",
  };

  it("a guardrail intervenes, with an end_turn, the action and no token headers", async () => {
    const { headers, json } = await post(path, body("something forbidden"), {
      ...guardrail,
      "x-amzn-bedrock-trace": "ENABLED",
    });
    expect(json()).toMatchObject({ stop_reason: "end_turn", "amazon-bedrock-guardrailAction": "INTERVENED" });
    expect(json()["amazon-bedrock-trace"].guardrail.actionReason).toBe("Guardrail blocked.");
    expect(headers.get("x-amzn-bedrock-input-token-count")).toBeNull();
  });

  it("a guardrail lets the rest pass", async () => {
    const { headers, json } = await post(path, body("Hello"), guardrail);
    expect(json()["amazon-bedrock-guardrailAction"]).toBe("NONE");
    expect(headers.get("x-amzn-bedrock-input-token-count")).toBe("2");
  });

  it.each([
    [
      { ...guardrail, "x-amzn-bedrock-guardrailidentifier": "other" },
      "The guardrail identifier or version provided in the request does not exist.",
    ],
    [{ "x-amzn-bedrock-service-tier": "flex" }, "The provided service tier is not supported for this model"],
    [
      { "x-amzn-bedrock-performanceconfig-latency": "optimized" },
      "Latency performance configuration is not supported for anthropic.claude-opus-4-6-v1",
    ],
    [
      { "x-amzn-bedrock-request-metadata": '{"team":"a|b"}' },
      "Request metadata contains a value that violates the regular expression",
    ],
  ])("refuses %j", async (headers, message) => {
    const { status, json } = await post(path, body("Hello"), headers);
    expect(status).toBe(400);
    expect(json()).toEqual({ message });
  });

  it("refuses what is no JSON, and what is too long", async () => {
    expect((await post(path, "{")).json().message).toContain("Malformed input request");
    expect((await post(path, " ".repeat(25_000_001))).json().message).toBe(
      "Input is too long for requested model.",
    );
  });
});
