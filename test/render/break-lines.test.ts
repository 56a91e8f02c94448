import { expect, test } from "vitest";
import { breakLines } from "../../src/render/break-lines.ts";

test("lines break between words; a literal that may be copied stays whole, and a longer word stands over", () => {
  expect(breakLines("hint: run `aws sso login --profile x` now", 20)).toEqual([
    "hint: run",
    "`aws sso login --profile x`",
    "now",
  ]);
  expect(breakLines("one two", 7)).toEqual(["one two"]);
  expect(breakLines("one two", 6)).toEqual(["one", "two"]);
});

test("colours take no room, wide characters two cells", () => {
  expect(breakLines("\u001b[31mcbr:\u001b[39m no", 7)).toEqual(["\u001b[31mcbr:\u001b[39m no"]);
  expect(breakLines("日本 日本", 8)).toEqual(["日本", "日本"]);
});
