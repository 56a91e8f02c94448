// Errors are shared with commands that have flags. In a conversation the same is said by a slash command, so they name that.
import { CbrError } from "../../core/errors.ts";
import { HISTORY_HINT } from "../../core/prompt.ts";
import { ROOM_HINT } from "./window.ts";

/** In this order: what is said of a flag in words before the flag itself. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/\bchange or drop `--(thinking|effort)`/g, "use another `/$1`, or `/$1 default`"],
  [/\bdrop `--(thinking|effort)\b[^`]*`/g, "use `/$1 default`"],
  [/\bdrop `--geo`/g, "use another `/geo`"],
  [/`--global`/g, "`/geo global`"],
  // A geo that is a guard is left by the flag alone.
  [/`--(model|geo|system|thinking|effort|file)\b(?!-)([^`]*)`(?! on the command line)/g, "`/$1$2`"],
  [/`-m\b([^`]*)`/g, "`/model$1`"],
  [/`-f\b([^`]*)`/g, "`/file$1`"],
];

/** With a value it is what was typed, at the start of the chat. */
const BARE_FLAG = /`--(model|geo|system|thinking|effort|file)`(?! on the command line)/g;

/** `error` in the words of a conversation; `canRetry`: the newest message waits for an answer. */
export function inSlashWords(error: CbrError, { canRetry }: { canRetry: boolean }): CbrError {
  const message = error.message.replace(BARE_FLAG, "`/$1`");
  const said = hintFor(error);
  const hint = canRetry ? (said?.replace(/\brun it again\b/, "`/retry` asks again") ?? null) : said;
  if (message === error.message && hint === error.hint) return error;
  const { retryable, aws, partialText, retryAfter, cause } = error;
  return new CbrError(error.code, {
    message,
    hint,
    retryable,
    ...(aws !== null && { aws }),
    ...(partialText !== null && { partialText }),
    ...(retryAfter !== null && { retryAfter }),
    cause,
  });
}

function hintFor({ code, message, hint }: CbrError): string | null {
  if (hint === null) return null;
  if (hint === HISTORY_HINT) return ROOM_HINT;
  if (code === "session_busy") return "wait, or choose another session";
  if (code === "parameter_not_supported" && hint.startsWith("drop it, ")) {
    const setting = /^`(?:--|\/)(thinking|effort)\b/.exec(message)?.[1];
    return setting === undefined
      ? "leave, and begin again without it, or with `--no-check`"
      : `\`/${setting} default\` leaves it to the model; \`cbr chat --no-check\` sends it anyway`;
  }
  return reworded(hint);
}

function reworded(text: string): string {
  return RULES.reduce((result, [flag, command]) => result.replace(flag, command), text);
}
