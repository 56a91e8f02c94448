// What of an answer goes to stdout, to a file and to stderr, once it is whole.
import { CbrError } from "../../core/errors.ts";
import { firstCodeBlock } from "../../core/extract.ts";
import type { Usage } from "../../core/messages.ts";
import type { Cost } from "../../models/prices.ts";
import { writeJsonLine } from "../../render/json-pieces.ts";
import { jsonFor } from "../../render/reply.ts";
import { sanitize } from "../../render/sanitize.ts";
import { usageLine } from "../../render/usage-line.ts";
import type { Answer } from "./ask.ts";
import { resultOf } from "./result.ts";
import type { Run } from "./run.ts";

export interface Judged {
  /** The last one. */
  answer: Answer;
  /** With `--schema`: the validated data. */
  data: unknown;
  /** Of all turns together. */
  usage: Usage | null;
  cost: Cost | null;
}

/**
 * Prints the answer. With a `problem` (exit code 9) only the JSON result is printed, and nothing to a file.
 * Throws CbrError: `file_write_failed`, `output_failed`.
 */
export async function printAnswer(run: Run, judged: Judged, problem: CbrError | null): Promise<void> {
  const { context, flags, file, format, schema } = run;
  const { io, report } = context;
  const { answer, cost, data, usage } = judged;
  if (format !== "text") {
    const text = flags.extract && problem === null ? textOf(run, judged) : answer.reply.text;
    const whole = { ...answer, reply: { ...answer.reply, text, usage } };
    const result = resultOf(context, whole, cost, data);
    const isFiled = file !== null && problem === null;
    if (isFiled) await file.save(`${jsonFor(io.out, result)}\n`);
    // The lines of stream-json are on stdout, and without the last of them no answer is whole.
    if (!isFiled || format === "stream-json") await writeJsonLine(io.out, result);
  } else if (problem === null) {
    const text = textOf(run, judged);
    if (file !== null) await file.save(text);
    else if (schema !== null || flags.extract) {
      const ending = io.out.isTTY && !text.endsWith("\n") ? "\n" : "";
      await io.out.write(io.out.isTTY ? sanitize(text) + ending : text);
    }
  }
  if (flags.trace && answer.reply.trace !== null && format === "text") {
    report.line(sanitize(JSON.stringify(answer.reply.trace)));
  }
  if (flags.usage) report.line(usageLine(usage, cost?.usd ?? null, answer));
}

function textOf({ context, flags, schema, file }: Run, { answer, data }: Judged): string {
  if (schema !== null) {
    const isForPeople = file === null && context.io.out.isTTY;
    return `${JSON.stringify(data, null, isForPeople ? 2 : 0)}\n`;
  }
  if (!flags.extract) return answer.reply.text;
  return firstCodeBlock(answer.reply.text)?.code ?? "";
}

/** `--extract` found nothing to extract: null when it did. */
export function withoutCode({ reply }: Answer): CbrError | null {
  if (firstCodeBlock(reply.text) !== null) return null;
  return new CbrError("no_code_block", {
    message: "the answer has no fenced code block",
    hint: "ask for one, or drop `--extract`",
    partialText: reply.text,
  });
}
