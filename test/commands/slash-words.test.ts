import { expect, test } from "vitest";
import { inSlashWords } from "../../src/commands/chat/slash-words.ts";
import { CbrError } from "../../src/core/errors.ts";

const aws = { name: "X", status: 429, requestId: "r" };

function hint(text: string, canRetry = false): string | null {
  return inSlashWords(new CbrError("throttled", { message: "m", hint: text }), { canRetry }).hint;
}

test("a flag that a slash command stands for is named as that command", () => {
  expect(hint("use `--thinking adaptive` with `--effort`")).toBe("use `/thinking adaptive` with `/effort`");
  expect(hint("drop `--thinking off`; `--effort low` makes it think less")).toBe(
    "use `/thinking default`; `/effort low` makes it think less",
  );
  expect(hint("change or drop `--effort`; see")).toBe("use another `/effort`, or `/effort default`; see");
  expect(hint("drop `--geo`, or name the model by its alias")).toBe(
    "use another `/geo`, or name the model by its alias",
  );
  expect(hint("use `-m opus-4.6` or `--global`")).toBe("use `/model opus-4.6` or `/geo global`");
  expect(hint("a glob such as `-f 'src/**/*.ts'`")).toBe("a glob such as `/file 'src/**/*.ts'`");
});

test("a flag without a slash command, and one that only the command line may give, stay", () => {
  for (const text of [
    "a lower `--max-tokens` counts less",
    "choose one of them with `--region`",
    "say `--geo` on the command line to allow it this once",
    "use `--file-x` or `--system-file`",
  ])
    expect(hint(text)).toBe(text);
});

test("the flag as it was typed stays in the message, and nothing else of the error is lost", () => {
  const error = new CbrError("parameter_not_supported", {
    message: "`--effort max`: X accepts low; `--effort` says how much",
    retryable: true,
    aws,
    partialText: "p",
    retryAfter: 3,
    cause: "c",
  });
  const shown = inSlashWords(error, { canRetry: false });
  expect(shown.message).toBe("`--effort max`: X accepts low; `/effort` says how much");
  expect(shown.hint).toBe("`/effort default` leaves it to the model; `cbr chat --no-check` sends it anyway");
  expect(shown).toMatchObject({
    code: "parameter_not_supported",
    exitCode: 2,
    retryable: true,
    aws,
    partialText: "p",
    retryAfter: 3,
    cause: "c",
  });
});

test("running it again is `/retry`, where there is something to ask again", () => {
  const text = "what came is not a whole answer; run it again";
  expect(hint(text, true)).toBe("what came is not a whole answer; `/retry` asks again");
  expect(hint(text)).toBe(text);
});
