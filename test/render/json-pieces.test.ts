import { expect, test } from "vitest";
import { jsonPieces } from "../../src/render/json-pieces.ts";
import fc from "../support/property.ts";

test("the pieces together are what JSON.stringify gives", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect([...jsonPieces(value)].join("")).toBe(JSON.stringify(value));
    }),
  );
  const odd = { a: undefined, b: [undefined, null], c: {}, d: [] };
  expect([...jsonPieces(odd)].join("")).toBe(JSON.stringify(odd));
});

test("a long text comes in pieces, and no character is cut in two", () => {
  for (const text of [
    "😀".repeat(70_000),
    `x${"😀".repeat(70_000)}`,
    '"\n\u0001'.repeat(60_000),
    "\ud83d".repeat(70_000),
  ]) {
    const pieces = [...jsonPieces({ text })];
    expect(pieces.join("")).toBe(JSON.stringify({ text }));
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(400_000);
  }
});
