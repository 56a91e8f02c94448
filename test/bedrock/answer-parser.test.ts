import { describe, expect, it } from "vitest";
import { AnswerParser } from "../../src/bedrock/answer-parser.ts";
import fc from "../support/property.ts";
import { chunked } from "../support/raw-server.ts";

/** Newer Nodes keep their parser to themselves: there the executable's tests alone drive it. */
const isReachable = ((): boolean => {
  try {
    new AnswerParser({ onBegin() {}, onHead() {}, onUpgrade() {}, onBody() {}, onEnd() {} });
    return true;
  } catch {
    return false;
  }
})();

/** What the parser tells of `parts`, body joined; `error` is what it says of them. */
function told(parts: readonly Buffer[], isEnd = false): { events: unknown[]; error: string | null } {
  const events: unknown[] = [];
  const body: Buffer[] = [];
  const parser = new AnswerParser({
    onBegin: () => events.push("begin"),
    onHead: (head) => events.push(head),
    onUpgrade: () => events.push("upgrade"),
    onBody: (bytes) => body.push(bytes),
    onEnd: () => events.push(Buffer.concat(body.splice(0)).toString()),
  });
  let error: string | null = null;
  for (const part of parts) error ??= parser.read(part)?.message ?? null;
  if (isEnd) parser.end();
  return { events, error };
}

const answer = (head: string, body: string | Buffer = "") =>
  Buffer.concat([Buffer.from(`HTTP/1.1 ${head}\r\n\r\n`), Buffer.from(body)]);

describe.runIf(isReachable)("the parser of answers", () => {
  it("gives a list of what came twice, and the first of what may come once", () => {
    const head = "200 OK\r\nX-A: 1\r\nContent-Type: a/b\r\nx-a: 2\r\ncontent-type: c/d\r\nContent-Length: 0";
    expect(told([answer(head)]).events[1]).toEqual({
      status: 200,
      headers: { "x-a": "1, 2", "content-type": "a/b", "content-length": "0" },
      keepsAlive: true,
    });
  });

  it("ends an answer without a length with the connection, and no other", () => {
    expect(told([answer("200 OK", "ab")]).events).toHaveLength(2);
    expect(told([answer("200 OK", "ab")], true).events.at(-1)).toBe("ab");
    expect(told([answer("200 OK\r\nContent-Length: 3", "ab")], true).events).toHaveLength(2);
  });

  it("passes informational answers over and tells a change of protocol", () => {
    const bytes = Buffer.concat([answer("103 Early Hints"), answer("204 No Content")]);
    expect(told([bytes]).events).toEqual(["begin", "begin", expect.objectContaining({ status: 204 }), ""]);
    expect(told([answer("101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x")]).events).toContain(
      "upgrade",
    );
  });

  it("says the same however the bytes are cut", () => {
    const many = Array.from({ length: 50 }, (_, i) => `X-${i}: ${i}\r\n`).join("");
    const head = `200 OK\r\n${many}Transfer-Encoding: chunked`;
    const whole = answer(head, chunked(Buffer.from("Hello wörld".repeat(9)), 7, { trailer: "X-End: 1\r\n" }));
    const expected = told([whole]);
    expect(expected.events).toHaveLength(3);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: whole.length }), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const parts = at.slice(1).map((end, i) => whole.subarray(at[i], end));
        expect(told(parts)).toEqual(expected);
      }),
    );
  });
});
