// cbr explain: what an error means and what to do, from its code, its name, its status or its text. Offline.
import { stripVTControlCharacters } from "node:util";
import { Command } from "commander";
import type { Context } from "../cli/context.ts";
import { readStdin } from "../cli/stdin.ts";
import { CbrError } from "../core/errors.ts";
import { EXIT_CODES, type Explanation, lookUp, nearestCodes } from "../core/failures/lookup.ts";
import { redact, secretsOf } from "../core/redact.ts";
import { renderFields } from "../render/fields.ts";

export function explainCommand(context: Context): Command {
  return new Command("explain")
    .description("say what an error means and what to do about it")
    .usage("[flags] CODE|TEXT")
    .argument(
      "[text...]",
      "a code of cbr, an AWS exception, an HTTP status or an error text; without it, stdin",
    )
    .option("--json", "print JSON")
    .action(async (words: string[], _options: unknown, command: Command) => {
      const flags = command.optsWithGlobals<{ json?: boolean }>();
      await printExplanation(context, words, flags.json === true);
    });
}

async function printExplanation(context: Context, words: readonly string[], isJson: boolean): Promise<void> {
  const typed = words.join(" ");
  const raw = typed === "" || typed === "-" ? await fromStdin(context) : typed;
  // A pasted log may hold a key; nothing of it goes on into a sentence. Colours would hide where a name begins.
  const text = redact(stripVTControlCharacters(raw), secretsOf(context.host.env));
  if (text.trim() === "") throw nothingGiven();
  const found = lookUp(text);
  if (found === null) throw unknown(text.trim());
  await context.io.out.write(isJson ? `${JSON.stringify(found)}\n` : asText(found, context));
}

async function fromStdin(context: Context): Promise<string> {
  const { kind } = context.host.stdin;
  if (kind === "silent" || kind === "directory") throw nothingGiven();
  const { bytes } = await readStdin(context, "for-end", context.signal);
  return new TextDecoder().decode(bytes ?? new Uint8Array());
}

function asText(found: Explanation, context: Context): string {
  return renderFields(context.io.out, [
    ["code", found.code],
    ["exit code", `${found.exit_code} (${EXIT_CODES[found.exit_code]?.meaning})`],
    ["what", found.message],
    ["why", found.cause],
    ["next step", found.fix],
    ["try again", found.retryable ? "yes, later" : "no, not unchanged"],
  ]);
}

function nothingGiven(): CbrError {
  return new CbrError("usage", {
    message: "no error to explain",
    hint: "cbr explain throttled, cbr explain 403, or pipe an error text into it",
  });
}

function unknown(text: string): CbrError {
  const near = nearestCodes(text).map((code) => `\`${code}\``);
  const exit = /^\d{1,3}$/.test(text) ? EXIT_CODES[Number(text)] : undefined;
  const hint =
    exit !== undefined
      ? `as an exit code it means: ${exit.meaning}; a script should ${exit.advice}`
      : near.length > 0
        ? `did you mean ${near.join(" or ")}?`
        : "give a code of cbr, an AWS exception's name, an HTTP status, or the whole error text";
  const shown = text.length <= 60 && !text.includes("\n") ? `\`${text}\`` : "this text";
  return new CbrError("unknown_error", { message: `${shown} is no error that cbr knows`, hint });
}
