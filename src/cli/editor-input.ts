// What the keyboard sends, before readline sees it: a bracketed paste is taken out whole, so that its line breaks are no
// Enter keys and its control characters no commands.
import { PassThrough, type Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

export type TerminalInput = Readable & { setRawMode?(on: boolean): unknown; isTTY?: boolean };

const PASTE_START = "\u001b[200~";
const PASTE_END = "\u001b[201~";
/** How long the beginning of a paste mark may wait for its rest before it counts as keys. */
const MARK_PATIENCE_MS = 30;
const AHEAD_MS = 300;

export interface EditorInputHandlers {
  /** The text between the marks, line ends as they came. */
  onPaste(text: string): void;
  /** Sees keys first and gives back those that readline should have. */
  filterKeys(keys: string): string;
}

/** A stream for readline over the terminal's; `detach` gives the terminal back. */
export class EditorInput extends PassThrough {
  readonly isTTY = true;
  readonly #source: TerminalInput;
  readonly #handlers: EditorInputHandlers;
  readonly #decoder = new StringDecoder("utf8");
  #held = "";
  #ahead = "";
  #paste: string[] | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Until the first keys, or for a moment: they may have been typed before raw mode, where Linux keeps a Ctrl-D as NUL. */
  #isAhead = true;
  readonly #onData = (chunk: Buffer | string) => {
    let text = typeof chunk === "string" ? chunk : this.#decoder.write(chunk);
    if (this.#isAhead) text = text.replaceAll("\0", "\u0004");
    this.#isAhead = false;
    if (this.#ahead === "") this.#feed(text);
    else this.#ahead += text;
  };
  readonly #onEnd = () => this.end();

  constructor(source: TerminalInput, handlers: EditorInputHandlers) {
    super();
    this.#source = source;
    this.#handlers = handlers;
    source.on("data", this.#onData);
    source.on("end", this.#onEnd);
    source.resume();
    setTimeout(() => {
      this.#isAhead = false;
    }, AHEAD_MS).unref();
  }

  setRawMode(on: boolean): this {
    try {
      this.#source.setRawMode?.(on);
    } catch (error) {
      // A terminal that went away (EIO) has no mode to go back to; its end or the hangup tells the rest.
      if (on) throw error;
    }
    return this;
  }

  /** Stops reading the terminal, so that a Ctrl-C is a signal again and the program may end. */
  detach(): void {
    clearTimeout(this.#timer);
    this.#source.off("data", this.#onData);
    this.#source.off("end", this.#onEnd);
    this.#source.pause();
    const unread = this.#ahead + this.#held;
    this.#ahead = "";
    this.#held = "";
    if (unread !== "") this.#source.unshift(Buffer.from(unread));
  }

  #feed(text: string): void {
    clearTimeout(this.#timer);
    let rest = this.#held + text;
    this.#held = "";
    while (rest !== "") {
      const mark = this.#paste === null ? PASTE_START : PASTE_END;
      const at = rest.indexOf(mark);
      const enter = this.#paste === null ? rest.search(/[\r\n]/) : -1;
      if (enter !== -1 && (at === -1 || enter < at) && enter + 1 < rest.length) {
        // What was typed ahead of an Enter that ends this message belongs to the next.
        this.#ahead = rest.slice(enter + 1);
        this.#pass(rest.slice(0, enter + 1));
        setImmediate(() => this.#feedAhead());
        return;
      }
      if (at === -1) {
        const tail = heldTail(rest, mark);
        this.#pass(rest.slice(0, rest.length - tail));
        this.#held = rest.slice(rest.length - tail);
        break;
      }
      this.#pass(rest.slice(0, at));
      rest = rest.slice(at + mark.length);
      if (this.#paste === null) this.#paste = [];
      else {
        const pasted = this.#paste.join("");
        this.#paste = null;
        this.#handlers.onPaste(pasted);
      }
    }
    if (this.#held !== "" && this.#paste === null) {
      this.#timer = setTimeout(() => {
        const keys = this.#held;
        this.#held = "";
        this.#pass(keys);
      }, MARK_PATIENCE_MS);
    }
  }

  #feedAhead(): void {
    const keys = this.#ahead;
    this.#ahead = "";
    if (keys !== "") this.#feed(keys);
  }

  #pass(text: string): void {
    if (text === "") return;
    if (this.#paste !== null) {
      this.#paste.push(text);
      return;
    }
    const keys = this.#handlers.filterKeys(text);
    if (keys !== "") this.write(keys);
  }
}

/** How many characters at the end of `text` may be the beginning of `mark`. */
function heldTail(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}
