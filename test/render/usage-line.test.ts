import { expect, test } from "vitest";
import { money } from "../../src/render/usage-line.ts";

test.each([
  [12.345, "12.35"],
  [0.2048, "0.2048"],
  [0.000145, "0.000145"],
  [0.0000015, "0.0000015"],
  [2 * 0.0000001, "0.0000002"],
  [3e-7, "0.0000003"],
  [0, "0.0"],
])("%d USD reads %s", (usd, text) => {
  expect(money(usd)).toBe(text);
});
