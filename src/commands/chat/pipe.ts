// A conversation from a pipe: each line a turn, answers to stdout, nothing else there.
import { LineReader } from "../../cli/line-reader.ts";
import type { Chat } from "./chat.ts";
import { showFailure } from "./failure.ts";
import { obey } from "./message.ts";

/** Takes a turn for each line of stdin that is not blank. The exit code is the last turn's. */
export async function runPipe(chat: Chat): Promise<void> {
  const { context } = chat;
  if (context.host.stdin.kind === "silent" || context.host.stdin.kind === "directory") return;
  const lines = new LineReader(context.host.stdin.stream());
  context.onExit(() => lines.close());
  while (!chat.isLeaving) {
    const line = await lines.next(context.signal);
    if (line === null) break;
    if (line.trim() === "") continue;
    try {
      await obey(chat, line);
      context.exitCode = 0;
    } catch (error) {
      context.exitCode = showFailure(chat, error);
    }
  }
  lines.close();
}
