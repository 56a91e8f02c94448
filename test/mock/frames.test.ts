import { EventStreamCodec } from "@smithy/eventstream-codec";
import { fromUtf8, toUtf8 } from "@smithy/util-utf8";
import { describe, expect, it } from "vitest";
import { chunkFrame, converseFrame, errorFrame, exceptionFrame, padding } from "../../src/mock/frames.ts";

const codec = new EventStreamCodec(toUtf8, fromUtf8);
const text = (body: Uint8Array) => Buffer.from(body).toString();

describe("event-stream frames", () => {
  it("are read by the SDK's codec, header by header", () => {
    const { headers, body } = codec.decode(chunkFrame('{"type":"ping"}', 4));
    expect(Object.entries(headers).map(([name, header]) => [name, header.value])).toEqual([
      [":event-type", "chunk"],
      [":content-type", "application/json"],
      [":message-type", "event"],
    ]);
    expect(text(body)).toBe(`{"bytes":"eyJ0eXBlIjoicGluZyJ9","p":"${padding(4)}"}`);
  });

  it("have Converse's keys in alphabetical order, the padding among them", () => {
    const { body } = codec.decode(converseFrame("messageStop", { stopReason: "end_turn", a: 1 }, 0));
    expect(text(body)).toBe(`{"a":1,"p":"${padding(0)}","stopReason":"end_turn"}`);
  });

  it("carry exceptions and errors", () => {
    const exception = codec.decode(exceptionFrame("throttlingException", { message: "slow down" }));
    expect(exception.headers[":exception-type"]?.value).toBe("throttlingException");
    expect(text(exception.body)).toBe('{"message":"slow down"}');
    const error = codec.decode(errorFrame("InternalFailure", "oh"));
    expect(error.headers[":message-type"]?.value).toBe("error");
    expect(error.headers[":error-message"]?.value).toBe("oh");
  });

  it("are refused by the codec when one bit is flipped", () => {
    for (const index of [0, 9, 20, -1]) {
      const frame = Buffer.from(chunkFrame('{"type":"ping"}', 4));
      const at = index < 0 ? frame.length + index : index;
      frame[at] = (frame[at] as number) ^ 1;
      expect(() => codec.decode(frame)).toThrow();
    }
  });
});
