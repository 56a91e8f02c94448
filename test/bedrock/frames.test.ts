// Our reader of event streams against the SDK's codec, and against what the network does to a stream.
import { EventStreamCodec } from "@smithy/eventstream-codec";
import { fromUtf8, toUtf8 } from "@smithy/util-utf8";
import { expect, test } from "vitest";
import { StreamFault } from "../../src/bedrock/foreign-answer.ts";
import { type Frame, framesOf } from "../../src/bedrock/frames.ts";
import { eventFrame } from "../../src/mock/frames.ts";
import fc from "../support/property.ts";

const codec = new EventStreamCodec(toUtf8, fromUtf8);

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function read(bytes: Uint8Array, sizes: readonly number[] = [bytes.length || 1]) {
  const frames: Frame[] = [];
  try {
    for await (const frame of framesOf(inPieces(bytes, sizes))) frames.push(frame);
    return { frames, fault: null };
  } catch (error) {
    return { frames, fault: error as StreamFault };
  }
}

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
const value = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => ({ type: "string" as const, value: text })),
  fc.boolean().map((flag) => ({ type: "boolean" as const, value: flag })),
  fc.integer({ min: -128, max: 127 }).map((number) => ({ type: "byte" as const, value: number })),
  fc.integer({ min: -32768, max: 32767 }).map((number) => ({ type: "short" as const, value: number })),
  fc.integer().map((number) => ({ type: "integer" as const, value: number })),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ type: "binary" as const, value: bytes })),
  fc.date({ noInvalidDate: true }).map((date) => ({ type: "timestamp" as const, value: date })),
  fc.constant({ type: "uuid" as const, value: "12345678-1234-1234-1234-123456789012" }),
);
const message = fc.record({
  headers: fc.dictionary(name, value, { maxKeys: 5 }),
  body: fc.uint8Array({ maxLength: 300 }),
});

test("what the SDK's codec writes is read as it was, however the network cuts it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }),
      async (messages, sizes) => {
        const bytes = Buffer.concat(messages.map((each) => codec.encode(each as never)));
        const { frames, fault } = await read(bytes, sizes);
        expect(fault).toBeNull();
        expect(frames.map(({ headers, body }) => ({ headers, body: [...body] }))).toEqual(
          messages.map(({ headers, body }) => ({
            headers: Object.fromEntries(
              Object.entries(headers).flatMap(([key, each]) =>
                each.type === "string" ? [[key, each.value]] : [],
              ),
            ),
            body: [...body],
          })),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test("one wrong bit anywhere is a fault, and the frames before it are whole", async () => {
  const first = eventFrame("chunk", '{"bytes":"Zmlyc3Q="}');
  const second = eventFrame("chunk", '{"bytes":"c2Vjb25k"}');
  for (let at = 0; at < second.length; at++) {
    const broken = Buffer.concat([first, second]);
    broken[first.length + at] = (broken[first.length + at] ?? 0) ^ 0x10;
    const { frames, fault } = await read(broken);
    expect(fault, `byte ${at}`).toBeInstanceOf(StreamFault);
    expect(frames.map(({ body }) => body.toString())).toEqual(['{"bytes":"Zmlyc3Q="}']);
  }
});

test("an end inside a frame is a fault, at every byte, its length prefix included", async () => {
  const frame = eventFrame("chunk", "{}");
  for (let length = 1; length < frame.length; length++) {
    expect((await read(frame.subarray(0, length))).fault).toMatchObject({ kind: "truncated" });
  }
});

test("a page in place of a stream is refused at its first four bytes", async () => {
  expect((await read(Buffer.from("<html>"))).fault).toMatchObject({ kind: "oversized" });
});
