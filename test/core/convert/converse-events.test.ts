import { describe, expect, test } from "vitest";
import { fromConverseEvents, fromConverseReply } from "../../../src/core/convert/converse-events.ts";
import { type ReplyEvent, untilEnd } from "../../../src/core/reply.ts";
import { ReplyFailure } from "../../../src/core/reply-failure.ts";
import { exchangesOf, framesOf, hasRecorded, listOf, streamOf } from "./recorded.ts";

const START = { messageStart: { role: "assistant" } };
const text = (contentBlockIndex: number, value: string) => ({
  contentBlockDelta: { contentBlockIndex, delta: { text: value } },
});
const reasoning = (contentBlockIndex: number, reasoningContent: object) => ({
  contentBlockDelta: { contentBlockIndex, delta: { reasoningContent } },
});
const blockStop = (contentBlockIndex: number) => ({ contentBlockStop: { contentBlockIndex } });
const stop = (stopReason: string) => ({ messageStop: { stopReason } });
const METADATA = {
  metadata: { usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 }, metrics: { latencyMs: 9 } },
};

const never = () => new Promise(() => {});
const read = (...events: unknown[]) => listOf(fromConverseEvents(streamOf(events), undefined, never));

describe("a stream", () => {
  test("opens text with its first delta: Converse announces tools only", async () => {
    const events = await read(START, text(0, ""), text(0, "Hi"), blockStop(0), stop("end_turn"), METADATA);
    expect(events).toEqual([
      { type: "start", requestId: null, id: null, model: null, usage: null },
      { type: "block-start", index: 0, block: { type: "text", text: "" } },
      { type: "text-delta", index: 0, text: "" },
      { type: "text-delta", index: 0, text: "Hi" },
      { type: "block-stop", index: 0 },
      { type: "stop", stopReason: "end_turn", stopSequence: null, usage: null, details: null },
      {
        type: "metrics",
        usage: { input_tokens: 3, output_tokens: 2 },
        guardrailAction: null,
        trace: null,
      },
      { type: "end" },
    ]);
  });

  test("gives thinking, redacted thinking and tools", async () => {
    // Base64 of what is base64 already; as base64 text and as the SDK's bytes.
    const redacted = Buffer.from("RURBQ1RFRA==");
    const start = { toolUse: { toolUseId: "tooluse_1", name: "f", type: "tool_use" } };
    const events = await read(
      reasoning(0, { text: "hm" }),
      reasoning(0, { signature: "SIG" }),
      blockStop(0),
      reasoning(1, { redactedContent: redacted.toString("base64") }),
      blockStop(1),
      reasoning(2, { redactedContent: new Uint8Array(redacted) }),
      blockStop(2),
      { contentBlockStart: { contentBlockIndex: 3, start } },
      { contentBlockDelta: { contentBlockIndex: 3, delta: { toolUse: { input: "" } } } },
      { contentBlockDelta: { contentBlockIndex: 3, delta: { toolUse: { input: '{"a":1}' } } } },
      blockStop(3),
    );
    expect(events).toEqual([
      { type: "block-start", index: 0, block: { type: "thinking", thinking: "", signature: "" } },
      { type: "thinking-delta", index: 0, thinking: "hm" },
      { type: "signature-delta", index: 0, signature: "SIG" },
      { type: "block-stop", index: 0 },
      { type: "block-start", index: 1, block: { type: "redacted_thinking", data: "RURBQ1RFRA==" } },
      { type: "block-stop", index: 1 },
      { type: "block-start", index: 2, block: { type: "redacted_thinking", data: "RURBQ1RFRA==" } },
      { type: "block-stop", index: 2 },
      { type: "block-start", index: 3, block: { type: "tool_use", id: "tooluse_1", name: "f", input: {} } },
      { type: "tool-input-delta", index: 3, json: "" },
      { type: "tool-input-delta", index: 3, json: '{"a":1}' },
      { type: "block-stop", index: 3 },
    ]);
  });

  test("a citation may come before its text", async () => {
    const location = { documentChar: { documentIndex: 0, start: 5, end: 9 } };
    const citation = { title: "policy", sourceContent: [{ text: "leave" }], location };
    const delta = { citation };
    const events = await read({ contentBlockDelta: { contentBlockIndex: 0, delta } }, text(0, "x"));
    expect(events.map((event) => event.type)).toEqual(["block-start", "citation", "text-delta"]);
    expect(events[1]).toMatchObject({
      citation: {
        type: "char_location",
        cited_text: "leave",
        document_index: 0,
        document_title: "policy",
        start_char_index: 5,
        end_char_index: 9,
      },
    });
  });

  test("closes what the service left open", async () => {
    const events = await read(text(0, "x"), stop("end_turn"));
    expect(events.map((event) => event.type)).toEqual([
      "block-start",
      "text-delta",
      "block-stop",
      "stop",
      "end",
    ]);
  });

  test("is whole with messageStop, metadata or not", async () => {
    const events = await listOf(
      untilEnd(fromConverseEvents(streamOf([START, text(0, "x"), stop("end_turn")]))),
    );
    expect(events.at(-1)).toEqual({ type: "end" });
  });

  test("is whole although the connection breaks after messageStop", async () => {
    async function* broken() {
      yield* [START, text(0, "x"), stop("end_turn")];
      throw new Error("reset");
    }
    const events = await listOf(fromConverseEvents(broken()));
    expect(events.at(-1)).toEqual({ type: "end" });
  });

  test("does not wait for metadata for ever", async () => {
    async function* dawdling() {
      yield* [START, text(0, "x"), stop("end_turn")];
      await new Promise(() => {});
    }
    const events = await listOf(fromConverseEvents(dawdling(), undefined, async () => {}));
    expect(events.at(-1)).toEqual({ type: "end" });
  });

  test("is not whole without messageStop", async () => {
    const events = listOf(untilEnd(fromConverseEvents(streamOf([START, text(0, "x"), blockStop(0)]))));
    await expect(events).rejects.toMatchObject({ code: "incomplete" });
  });

  test("an exception that comes as an event is a failure", async () => {
    const failure = await read(START, { throttlingException: { message: "slow down" } }).catch(
      (error) => error,
    );
    expect(failure).toBeInstanceOf(ReplyFailure);
    expect(failure).toMatchObject({ errorType: "throttlingException", message: "slow down" });
  });

  test("says stop reasons in the words of the Messages API, and what a guardrail did", async () => {
    expect(await read(stop("content_filtered"))).toContainEqual(
      expect.objectContaining({ stopReason: "refusal" }),
    );
    const events = await read(stop("guardrail_intervened"), METADATA);
    expect(events).toContainEqual(expect.objectContaining({ stopReason: "guardrail_intervened" }));
    expect(events).toContainEqual(expect.objectContaining({ guardrailAction: "INTERVENED" }));
  });

  test("names what it does not know", async () => {
    const image = { contentBlockDelta: { contentBlockIndex: 0, delta: { image: {} } } };
    expect(await read({ futureEvent: {} }, image)).toEqual([
      { type: "unknown", kind: "futureEvent" },
      { type: "unknown", kind: "image" },
    ]);
  });
});

test("usage reads either spelling of cache counts, and their split by lifetime", async () => {
  const usage = {
    inputTokens: 1,
    outputTokens: 2,
    cacheReadInputTokenCount: 3,
    cacheWriteInputTokens: 12,
    cacheDetails: [
      { ttl: "5m", inputTokens: 4 },
      { ttl: "1h", inputTokens: 8 },
    ],
    serverToolUsage: {},
  };
  const events = await read(stop("end_turn"), { metadata: { usage } });
  expect(events).toContainEqual(
    expect.objectContaining({
      usage: {
        input_tokens: 1,
        output_tokens: 2,
        cache_read_input_tokens: 3,
        cache_creation_input_tokens: 12,
        cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 8 },
      },
    }),
  );
});

test("what is no Converse reply is an error", () => {
  expect(() => [...fromConverseReply({ hello: 1 })]).toThrow(
    expect.objectContaining({ code: "not_bedrock" }),
  );
});

describe.skipIf(!hasRecorded)("recorded", () => {
  test("every ConverseStream is whole, and text is as sent", async () => {
    const exchanges = exchangesOf("ConverseStream").filter(({ status }) => status === 200);
    for (const exchange of exchanges) {
      const payloads = [...framesOf(exchange.body)].map(([type, payload]) => ({ [type]: payload }));
      const events = await listOf(untilEnd(fromConverseEvents(streamOf(payloads), undefined, never)));
      const sent = payloads.map((payload) => payload["contentBlockDelta"]?.delta?.text ?? "").join("");
      expect(textOf(events), exchange.name).toBe(sent);
      expect(events.filter((event) => event.type === "unknown")).toEqual([]);
      expect(events).toContainEqual(expect.objectContaining({ type: "metrics", usage: expect.anything() }));
    }
    expect(exchanges.length).toBeGreaterThan(10);
  });

  test("every Converse reply is whole and has its text, reasoning included", async () => {
    const exchanges = exchangesOf("Converse").filter(({ status }) => status === 200);
    for (const exchange of exchanges) {
      const json = JSON.parse(exchange.body.toString());
      const events = await listOf(untilEnd(streamOf(fromConverseReply(json))));
      const sent = (json.output?.message?.content ?? []).map(
        (block: any) =>
          block.text ?? block.citationsContent?.content?.map((part: any) => part.text).join("") ?? "",
      );
      expect(textOf(events), exchange.name).toBe(sent.join(""));
      expect(events.some((event) => event.type === "block-start" && event.block.type === "other")).toBe(
        false,
      );
    }
    expect(exchanges.length).toBeGreaterThan(20);
  });
});

function textOf(events: ReplyEvent[]): string {
  return events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
}
