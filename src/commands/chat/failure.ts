// A failure never ends a conversation: it is shown, and what to do next with it.
import { CbrError, ExitCode } from "../../core/errors.ts";
import { breakLines } from "../../render/break-lines.ts";
import { type Chat, say } from "./chat.ts";
import { inSlashWords } from "./slash-words.ts";
import { ROOM_HINT } from "./window.ts";

const WORTH_A_RETRY: ReadonlySet<number> = new Set([
  ExitCode.credentials,
  ExitCode.busy,
  ExitCode.network,
  ExitCode.incomplete,
]);

/** Shows `error` and gives its exit code. Throws it again when it ends the program: a signal, or a reader that is gone. */
export function showFailure(chat: Chat, error: unknown): number {
  const { report, signal, io } = chat.context;
  if (signal.aborted) throw signal.reason;
  const failure = error instanceof CbrError ? error : bug(error);
  if (failure.code === "output_failed") throw failure;
  if (failure.exitCode === ExitCode.credentials) chat.areSettingsStale = true;
  if (!chat.isInteractive) {
    report.error(failure);
    return failure.exitCode;
  }
  // Never where it would cost an answer that stands.
  const isUnanswered = chat.session.turns.at(-1)?.reply?.isComplete === false;
  const canRetry = isUnanswered && WORTH_A_RETRY.has(failure.exitCode);
  const shown = inSlashWords(failure, { canRetry });
  report.error(shown);
  if (canRetry && !shown.hint?.includes("`/retry`")) say(chat, io.err.color.dim("then `/retry` asks again"));
  if (isTooLong(chat, failure) && !shown.hint?.includes("`/clear`"))
    say(chat, io.err.color.dim(breakLines(ROOM_HINT, io.err.width - 1).join("\n")));
  return failure.exitCode;
}

/** A body of too many bytes is one because of what was said before, too. */
function isTooLong(chat: Chat, { code }: CbrError): boolean {
  if (code === "input_too_large") return chat.session.turns.length > 0;
  return code === "prompt_too_long" || code === "context_window_exceeded";
}

function bug(error: unknown): CbrError {
  const message = error instanceof Error ? error.message : String(error);
  return new CbrError("internal_error", { message: `internal error: ${message}`, cause: error });
}
