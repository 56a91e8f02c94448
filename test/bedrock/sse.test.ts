// Server-sent events as the standard cuts them, wherever the network cuts the bytes.
import { describe, expect, it } from "vitest";
import { type ServerEvent, serverEventsOf } from "../../src/bedrock/sse.ts";

async function eventsOf(pieces: Iterable<Uint8Array>): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  async function* body() {
    yield* pieces;
  }
  for await (const event of serverEventsOf(body())) events.push(event);
  return events;
}

const TEXT =
  ": hi\n\nevent: ping\ndata: {}\n\ndata:one\ndata: twö\ndata\nid: 7\n\nevent: end\ndata: x: y\n\n";
const EVENTS = [
  { event: "ping", data: "{}" },
  { event: "message", data: "one\ntwö\n" },
  { event: "end", data: "x: y" },
];

describe("server-sent events", () => {
  it.each(["\n", "\r\n", "\r"])("are the same with lines that end with %j, cut at any byte", async (end) => {
    const bytes = Buffer.from(TEXT.replaceAll("\n", end));
    expect(await eventsOf([bytes])).toEqual(EVENTS);
    expect(await eventsOf([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(EVENTS);
    for (let at = 0; at <= bytes.length; at++) {
      expect(await eventsOf([bytes.subarray(0, at), bytes.subarray(at)]), `${at}`).toEqual(EVENTS);
    }
  });

  it.each(["data: x", "data: x\n", "data: x\r", "ev"])("that end with %j are cut off", async (end) => {
    await expect(eventsOf([Buffer.from(`${TEXT}${end}`)])).rejects.toMatchObject({ kind: "truncated" });
  });

  it("may be long, or of many lines, in many pieces", { timeout: 20_000 }, async () => {
    const piece = Buffer.alloc(16_384, "x");
    const long = [Buffer.from("data: "), ...Array(1200).fill(piece), Buffer.from("\n\n")];
    const [event] = await eventsOf(long);
    expect(event?.data.length).toBe(1200 * piece.length);
    await expect(eventsOf([Buffer.from("data: "), ...Array(1600).fill(piece)])).rejects.toMatchObject({
      kind: "oversized",
    });
    const lines = Buffer.from(`data: ${"y".repeat(2000)}\n`);
    await expect(eventsOf(Array(13_000).fill(lines))).rejects.toMatchObject({ kind: "oversized" });
  });
});
