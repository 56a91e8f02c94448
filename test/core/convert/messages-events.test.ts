import { describe, expect, test } from "vitest";
import { collector } from "../../../src/core/collect.ts";
import { fromMessagesEvents, fromMessagesReply } from "../../../src/core/convert/messages-events.ts";
import { type ReplyEvent, untilEnd } from "../../../src/core/reply.ts";
import { ReplyFailure } from "../../../src/core/reply-failure.ts";
import { exchangesOf, framesOf, hasRecorded, listOf, streamOf } from "./recorded.ts";

const USAGE = { input_tokens: 9, output_tokens: 1 };
const START = {
  type: "message_start",
  message: { id: "msg_bdrk_1", model: "claude-opus-4-6", usage: USAGE },
};
const STOP = {
  type: "message_delta",
  delta: { stop_reason: "end_turn", stop_sequence: null },
  usage: { output_tokens: 4 },
};
const END = {
  type: "message_stop",
  "amazon-bedrock-invocationMetrics": {
    inputTokenCount: 9,
    outputTokenCount: 4,
    cacheReadInputTokenCount: 2,
  },
};

const read = (...events: unknown[]) => listOf(fromMessagesEvents(streamOf(events)));

describe("a stream", () => {
  test("gives text in order, usage from each place and an end", async () => {
    const events = await read(
      START,
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "ping" },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
      { type: "content_block_stop", index: 0 },
      STOP,
      END,
    );
    expect(events).toEqual([
      { type: "start", requestId: null, id: "msg_bdrk_1", model: "claude-opus-4-6", usage: USAGE },
      { type: "block-start", index: 0, block: { type: "text", text: "" } },
      { type: "text-delta", index: 0, text: "Hi" },
      { type: "block-stop", index: 0 },
      {
        type: "stop",
        stopReason: "end_turn",
        stopSequence: null,
        usage: { output_tokens: 4 },
        details: null,
      },
      {
        type: "metrics",
        usage: { input_tokens: 9, output_tokens: 4, cache_read_input_tokens: 2 },
        guardrailAction: null,
        trace: null,
      },
      { type: "end" },
    ]);
  });

  test("gives thinking, its signature, redacted thinking, tools and citations", async () => {
    const citation = { type: "char_location", cited_text: "x" };
    const events = await read(
      {
        type: "content_block_start",
        index: 0,
        content_block: { type: "thinking", thinking: "", signature: "" },
      },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "hm" } },
      { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "SIG" } },
      { type: "content_block_start", index: 1, content_block: { type: "redacted_thinking", data: "RED" } },
      {
        type: "content_block_start",
        index: 2,
        content_block: { type: "tool_use", id: "toolu_1", name: "f", input: {} },
      },
      { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: "" } },
      { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: "{}" } },
      { type: "content_block_start", index: 3, content_block: { type: "text", text: "", citations: [] } },
      { type: "content_block_delta", index: 3, delta: { type: "citations_delta", citation } },
    );
    expect(events).toEqual([
      { type: "block-start", index: 0, block: { type: "thinking", thinking: "", signature: "" } },
      { type: "thinking-delta", index: 0, thinking: "hm" },
      { type: "signature-delta", index: 0, signature: "SIG" },
      { type: "block-start", index: 1, block: { type: "redacted_thinking", data: "RED" } },
      { type: "block-start", index: 2, block: { type: "tool_use", id: "toolu_1", name: "f", input: {} } },
      { type: "tool-input-delta", index: 2, json: "" },
      { type: "tool-input-delta", index: 2, json: "{}" },
      { type: "block-start", index: 3, block: { type: "text", text: "" } },
      { type: "citation", index: 3, citation },
    ]);
  });

  test("skips frames without a type and names what it does not know", async () => {
    const raw = { type: "compaction", content: null };
    const events = await read(
      {},
      null,
      { keepAlive: true },
      { type: "message_future" },
      { type: "content_block_start", index: 0, content_block: raw },
      { type: "content_block_delta", index: 0, delta: { type: "compaction_delta" } },
    );
    expect(events).toEqual([
      { type: "unknown", kind: "message_future" },
      { type: "block-start", index: 0, block: { type: "other", raw } },
      { type: "unknown", kind: "compaction_delta" },
    ]);
  });

  test("ends at message_stop, whatever follows", async () => {
    const events = await read(START, STOP, END, START);
    expect(events.filter((event) => event.type === "start")).toHaveLength(1);
  });

  test("an error event is a ReplyFailure with the service's own words", async () => {
    const error = {
      type: "error",
      error: { type: "overloaded_error", message: "Overloaded" },
      request_id: "req_1",
    };
    const failure = await read(START, error).catch((thrown) => thrown);
    expect(failure).toBeInstanceOf(ReplyFailure);
    expect(failure).toMatchObject({
      errorType: "overloaded_error",
      message: "Overloaded",
      requestId: "req_1",
    });
  });

  test("tells what a guardrail did, wherever the event says it", async () => {
    const events = await read(START, { ...STOP, "amazon-bedrock-guardrailAction": "INTERVENED" }, END);
    expect(events).toContainEqual({
      type: "metrics",
      usage: null,
      guardrailAction: "INTERVENED",
      trace: null,
    });
  });

  test("keeps what a guardrail said in the middle, whatever the last event says", async () => {
    const delta = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } };
    const events = [
      START,
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { ...delta, "amazon-bedrock-guardrailAction": "INTERVENED" },
      { type: "content_block_stop", index: 0 },
      STOP,
      { ...END, "amazon-bedrock-guardrailAction": "NONE" },
    ];
    const { add, reply } = collector();
    for (const event of await read(...events)) add(event);
    expect(reply().guardrailAction).toBe("INTERVENED");
  });
});

describe("a reply at once", () => {
  const reply = {
    type: "message",
    id: "msg_bdrk_2",
    model: "claude-opus-4-6",
    content: [
      { type: "text", text: "Hi" },
      { type: "tool_use", id: "toolu_1", name: "f", input: { a: 1 } },
    ],
    stop_reason: "tool_use",
    stop_sequence: null,
    usage: USAGE,
  };

  test("gives the events of a stream", async () => {
    const head = { requestId: "r-1", headers: { "x-amzn-bedrock-input-token-count": "9" } };
    const events = await listOf(fromMessagesReply(reply, head));
    expect(events.map((event) => event.type)).toEqual(
      "start block-start text-delta block-stop block-start tool-input-delta block-stop stop metrics end".split(
        " ",
      ),
    );
    expect(events[0]).toMatchObject({ requestId: "r-1" });
    expect(events[5]).toMatchObject({ json: '{"a":1}' });
    expect(events[8]).toMatchObject({ usage: { input_tokens: 9 } });
  });

  test("a 200 that is an unknown operation is a failure", () => {
    const body = { Output: { __type: "com.amazon.coral.service#UnknownOperationException" }, Version: "1.0" };
    expect(() => [...fromMessagesReply(body)]).toThrow(ReplyFailure);
    expect(() => [...fromMessagesReply(body)]).toThrow("UnknownOperationException");
  });

  test.each([[null], [{ hello: 1 }], ["text"]])("%j is no reply", (body) => {
    expect(() => [...fromMessagesReply(body)]).toThrow(expect.objectContaining({ code: "not_bedrock" }));
  });
});

describe.skipIf(!hasRecorded)("recorded", () => {
  const isMessages = (exchange: { status: number; features: string[] }) =>
    exchange.status === 200 && !exchange.features.includes("legacy-text-completion");

  test("every InvokeModel stream is whole, and text is as sent", async () => {
    let count = 0;
    for (const exchange of exchangesOf("InvokeModelWithResponseStream").filter(isMessages)) {
      const payloads = [...framesOf(exchange.body)].map(([, { bytes }]) =>
        JSON.parse(Buffer.from(bytes, "base64").toString()),
      );
      if (payloads[0]?.type !== "message_start") continue;
      const events = await listOf(untilEnd(fromMessagesEvents(streamOf(payloads))));
      const sent = payloads.map((payload) => payload.delta?.text ?? "").join("");
      expect(textOf(events), exchange.name).toBe(sent);
      expect(events.filter((event) => event.type === "unknown")).toEqual([]);
      count++;
    }
    expect(count).toBeGreaterThan(20);
  });

  test("every InvokeModel reply is whole", async () => {
    let count = 0;
    for (const exchange of exchangesOf("InvokeModel").filter(isMessages)) {
      const json = JSON.parse(exchange.body.toString());
      if (!Array.isArray(json.content)) continue;
      const events = await listOf(
        untilEnd(streamOf(fromMessagesReply(json, { requestId: null, headers: exchange.headers }))),
      );
      expect(textOf(events), exchange.name).toBe(json.content.map((block: any) => block.text ?? "").join(""));
      count++;
    }
    expect(count).toBeGreaterThan(10);
  });
});

function textOf(events: ReplyEvent[]): string {
  return events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
}
