// A conversation from a pipe: each line a turn, answers to stdout, nothing else there.
import { LineReader } from "../../cli/line-reader.ts";
import { CbrError } from "../../core/errors.ts";
import type { Chat } from "./chat.ts";
import { showFailure } from "./failure.ts";
import { obey, slashCommandIn } from "./message.ts";
import { warmWhile } from "./warm-up.ts";

/**
 * Takes a turn for each line of stdin that is not blank. The exit code is that of the last turn, or of a command that failed after it: an
 * `/exit` does not mend it.
 */
export async function runPipe(chat: Chat): Promise<void> {
  const { context } = chat;
  const { kind } = context.host.stdin;
  if (kind === "directory") throw new CbrError("file_not_regular", { message: "stdin is a directory" });
  if (kind === "silent") return;
  const lines = new LineReader(context.host.stdin.stream());
  context.onExit(() => lines.close());
  while (!chat.isLeaving) {
    const line = await warmWhile(chat, lines.next(context.signal));
    if (line === null) break;
    if (line.trim() === "") continue;
    try {
      await obey(chat, line);
      if (isTurn(line)) context.exitCode = 0;
    } catch (error) {
      context.exitCode = showFailure(chat, error);
    }
  }
  lines.close();
}

function isTurn(line: string): boolean {
  const command = slashCommandIn(line);
  return command === null || command.name.toLowerCase() === "retry";
}
