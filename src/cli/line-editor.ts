// One message typed at a terminal, with node:readline's editing. The terminal is in raw mode only while this runs.
import { createInterface, type Interface } from "node:readline";
import type { Writable } from "node:stream";
import { EditorInput, type TerminalInput } from "./editor-input.ts";
import type { EntryTexts } from "./entry-text.ts";
import { HistorySearch, type SearchView } from "./history-search.ts";
import { LineJoiner } from "./line-joiner.ts";

export interface LineEditorOptions {
  input: TerminalInput;
  output: Writable;
  /** May be coloured. */
  prompt: string;
  /** The prompt of the second line on. */
  continuation: string;
  /** Earlier messages as `texts.show` gave them, newest first. */
  history: readonly string[];
  texts: EntryTexts;
  /** What could stand in place of `typed`, the end of `line`. */
  complete(line: string): Promise<{ candidates: string[]; typed: string }>;
  signal: AbortSignal;
}

export type Entered =
  /** `shown` is the message as one line, for the history. */
  | { type: "message"; text: string; shown: string }
  /** Ctrl-C; `shown` is what had been typed. */
  | { type: "interrupt"; shown: string }
  /** Ctrl-D on an empty line, or a terminal that went away. */
  | { type: "end" };

/** Reads one message. Rejects with the reason of `signal` when that is aborted. */
export function editLine(options: LineEditorOptions): Promise<Entered> {
  return new Promise((resolve, reject) => {
    const { output, texts, signal } = options;
    const joiner = new LineJoiner();
    const shownLines: string[] = [];
    let outcome: Entered | null = null;

    const input = new EditorInput(options.input, {
      onPaste: (text) => {
        search.close(null);
        const pasted = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
        if (pasted !== "") reader.write(texts.show(pasted));
      },
      filterKeys: (keys) => search.filter(keys),
    });
    const reader = createInterface({
      input,
      output,
      terminal: true,
      prompt: options.prompt,
      history: [...options.history],
      historySize: Math.max(options.history.length + 100, 100),
      tabSize: 4,
      completer: (line: string, callback: (error: null, result: [string[], string]) => void) => {
        options.complete(line).then(
          ({ candidates, typed }) => callback(null, [candidates, typed]),
          () => callback(null, [[], line]),
        );
      },
    });
    insertWherever(reader, input);
    const search = searching(reader, options);

    const finish = (entered: Entered) => {
      outcome = entered;
      reader.close();
    };
    reader.on("line", (line) => {
      if (outcome !== null) return;
      shownLines.push(line);
      const text = joiner.add(line);
      if (text === null) {
        reader.setPrompt(options.continuation);
        reader.prompt();
      } else {
        const shown = shownLines.length === 1 ? line : texts.show(texts.restore(text));
        finish({ type: "message", text: texts.restore(text), shown });
      }
    });
    reader.on("SIGINT", () => {
      output.write("^C\n");
      const typed = [...shownLines, reader.line].join("\n");
      finish({
        type: "interrupt",
        shown: shownLines.length === 0 ? typed : texts.show(texts.restore(typed)),
      });
    });
    reader.on("SIGCONT", () => {
      output.write(PASTE_MODE_ON);
      reader.prompt(true); // readline has paused its input
    });
    const abort = () => reader.close();
    reader.on("close", () => {
      input.detach();
      signal.removeEventListener("abort", abort);
      output.write(PASTE_MODE_OFF);
      if (outcome === null) output.write("\n");
      if (signal.aborted) reject(signal.reason);
      else resolve(outcome ?? { type: "end" });
    });
    if (signal.aborted) return reader.close();
    signal.addEventListener("abort", abort, { once: true });
    output.write(PASTE_MODE_ON);
    reader.prompt();
  });
}

const PASTE_MODE_ON = "\u001b[?2004h";
const PASTE_MODE_OFF = "\u001b[?2004l";

/**
 * Keys that arrive together (a slow line, an input method) are for readline a paste: it puts them at the line's end wherever the
 * cursor stands, and miscounts the screen's rows. It knows a paste by completion being off, which stays so for tabs only.
 */
function insertWherever(reader: Interface, input: EditorInput): void {
  let isEnabled = true;
  let isTab = false;
  input.prependListener("keypress", (_text: unknown, key: { name?: string } | undefined) => {
    isTab = key?.name === "tab";
  });
  Object.defineProperty(reader, "isCompletionEnabled", {
    get: () => isEnabled || !isTab,
    set: (value: boolean) => {
      isEnabled = value;
    },
  });
}

/** Ctrl-R on top of readline: while a search is on, keys go to it. */
function searching(reader: Interface, { history, prompt }: LineEditorOptions) {
  let search: HistorySearch | null = null;
  let before = "";
  const show = ({ query, match }: SearchView) => {
    reader.setPrompt(`search \`${query}\`: `);
    setLine(reader, match ?? "", match?.toLowerCase().indexOf(query.toLowerCase()));
  };
  const close = (line: string | null) => {
    if (search === null) return;
    search = null;
    reader.setPrompt(prompt);
    setLine(reader, line ?? before);
  };
  return {
    close,
    filter(keys: string): string {
      if (search === null) {
        const at = keys.indexOf("\u0012");
        if (at === -1) return keys;
        if (at > 0) {
          // What was typed before Ctrl-R must be in the line first.
          setImmediate(() => this.filterRest(keys.slice(at)));
          return keys.slice(0, at);
        }
        before = reader.line;
        search = new HistorySearch(history);
        show(search.view);
        return this.filter(keys.slice(1));
      }
      if (keys === "") return "";
      const result = search.keys(keys);
      switch (result.type) {
        case "searching":
          show(result.view);
          return "";
        case "accepted":
          close(result.match);
          return result.rest;
        case "cancelled":
          close(null);
          return "";
        default:
          return result satisfies never;
      }
    },
    filterRest(keys: string): void {
      const rest = this.filter(keys);
      if (rest !== "") reader.write(rest);
    },
  };
}

/** readline has no call that replaces the line; `line` and `cursor` are documented, and writable. */
function setLine(reader: Interface, line: string, cursor = line.length): void {
  const writable = reader as { line: string; cursor: number };
  writable.line = line;
  writable.cursor = Math.max(0, cursor);
  reader.prompt(true);
}
