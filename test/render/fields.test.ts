import { Chalk } from "chalk";
import { expect, test } from "vitest";
import { renderFields } from "../../src/render/fields.ts";

const out = (isTTY: boolean, width: number) => ({ isTTY, width, color: new Chalk({ level: 0 }) });
const FIELDS: [string, string | null][] = [
  ["code", "throttled"],
  ["next step", "wait and try again; see `cbr doctor` for your limits"],
  ["why", null],
];

test("on a terminal a long value goes on below itself, between words", () => {
  expect(renderFields(out(true, 40), FIELDS)).toBe(
    [
      "code       throttled",
      "next step  wait and try again; see",
      "           `cbr doctor` for your limits",
      "",
    ].join("\n"),
  );
});

test("in a pipe, and where there is no room, a field is one line", () => {
  const whole = `code       throttled\nnext step  ${FIELDS[1]?.[1]}\n`;
  expect(renderFields(out(false, 40), FIELDS)).toBe(whole);
  expect(renderFields(out(true, 30), FIELDS)).toBe(whole);
});
