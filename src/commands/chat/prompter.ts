// Two ways to read a message: an editor on a terminal that can move its cursor, else lines as the terminal gives them.
import { type Entered, editLine } from "../../cli/line-editor.ts";
import { LineJoiner } from "../../cli/line-joiner.ts";
import { LineReader } from "../../cli/line-reader.ts";
import type { Chat } from "./chat.ts";
import { completeLine } from "./completion.ts";
import type { History } from "./history.ts";

export interface Prompter {
  /** The next message. Rejects when the program is being stopped. */
  read(): Promise<Entered>;
  /** Ends a `read` as Ctrl-C on an empty line does. */
  cancel(): void;
  close(): void;
}

/** The prompter for this terminal. */
export function openPrompter(chat: Chat, history: History): Prompter {
  const { host } = chat.context;
  const { TERM: term } = host.env;
  const isBasic =
    chat.style === "plain" || term === "dumb" || (term === undefined && host.platform !== "win32");
  return isBasic ? basicPrompter(chat) : editingPrompter(chat, history);
}

function editingPrompter(chat: Chat, history: History): Prompter {
  const { host, io, signal } = chat.context;
  const { color } = io.err;
  let own = new AbortController();
  return {
    async read() {
      own = new AbortController();
      try {
        return await editLine({
          input: host.stdin.stream(),
          output: (host.stderr.isTTY ? host.stderr : host.stdout).stream,
          prompt: `${color.cyan.bold(">")} `,
          continuation: `${color.cyan("…")} `,
          history: history.shown,
          texts: history.texts,
          complete: (line) => completeLine(chat, line),
          signal: AbortSignal.any([signal, own.signal]),
        });
      } catch (error) {
        if (own.signal.aborted && !signal.aborted) return { type: "interrupt", shown: "" };
        throw error;
      }
    },
    cancel: () => own.abort(),
    close() {},
  };
}

/** The terminal edits the line itself, in its own way; what is written stays as it is. */
function basicPrompter(chat: Chat): Prompter {
  const { host, io, signal } = chat.context;
  const label = chat.style === "plain" ? "You: " : "> ";
  let lines: LineReader | null = null;
  let own = new AbortController();
  return {
    async read() {
      own = new AbortController();
      lines ??= new LineReader(host.stdin.stream());
      const joiner = new LineJoiner();
      try {
        for (let prompt = label; ; prompt = "... ") {
          await io.err.write(prompt);
          const line = await lines.next(AbortSignal.any([signal, own.signal]));
          if (line === null) {
            await io.err.write("\n");
            return { type: "end" };
          }
          const text = joiner.add(line);
          if (text !== null) return { type: "message", text, shown: text };
        }
      } catch (error) {
        if (!own.signal.aborted || signal.aborted) throw error;
        await io.err.write("\n");
        return { type: "interrupt", shown: "" };
      }
    },
    cancel: () => own.abort(),
    close: () => lines?.close(),
  };
}
