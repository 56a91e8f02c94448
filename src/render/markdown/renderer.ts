// Markdown on a terminal while it is being written: what stands is never touched again, and what is held back is at
// most an inline span, a line of code or a table that is not complete.
import type { Colors } from "../../host/streams.ts";
import { sanitizer } from "../sanitize.ts";
import { highlighter } from "./code.ts";
import { hasOpenSpan, readInline } from "./inline.ts";
import { Layout } from "./layout.ts";
import { type Container, type Head, readHead } from "./line-head.ts";
import { isDelimiterRow, renderTable } from "./table.ts";
import { type Theme, themeOf } from "./theme.ts";
import { canBreak, isIdeograph, type Word, wordsOf } from "./words.ts";

export interface MarkdownOptions {
  /** Cells of a line; asked for each line, so that a resized terminal is honoured. */
  width: () => number;
  color: Colors;
  /** Mark links so that the terminal can open them (OSC 8), instead of writing their address. */
  hyperlinks: boolean;
}

export interface MarkdownRenderer {
  /** Takes a piece of the raw answer and gives what can be shown now. Foreign control characters are made visible. */
  push(text: string): string;
  /** Gives the rest. What was given in all ends in a newline, unless it is empty. */
  end(): string;
}

/** A renderer for one answer. However the answer is cut into pieces, what comes out in all is the same. */
export function markdownRenderer(options: MarkdownOptions): MarkdownRenderer {
  const renderer = new Renderer(options);
  const clean = sanitizer();
  return {
    push: (text) => renderer.push(clean.push(text)),
    end: () => renderer.push(clean.end()) + renderer.end(),
  };
}

/** A span that is not closed by then is not one. */
const LONGEST_SPAN = 1000;

type Kind = "start" | Head["kind"] | "code";
const SET_APART: ReadonlySet<Kind> = new Set(["code", "fence", "row", "rule"]);

/** What a block comes after. */
interface Place {
  kind: Kind;
  isAfterBlank: boolean;
  containers: readonly Container[];
}

class Renderer {
  readonly #theme: Theme;
  readonly #layout: Layout;
  #buffer = "";
  #containers: readonly Container[] = [];
  #kind: Kind = "start";
  #isAfterBlank = false;
  /** Inline text of the line being read that is not laid out yet; null between lines. */
  #inline: InlineStream | null = null;
  #rows: string[] = [];
  #beforeRows: Place = { kind: "start", isAfterBlank: false, containers: [] };
  #code: { fence: string; indent: number; quotes: number; paint: (line: string) => string } | null = null;

  constructor({ width, color, hyperlinks }: MarkdownOptions) {
    this.#theme = themeOf(color, hyperlinks);
    this.#layout = new Layout(width, this.#theme);
  }

  push(text: string): string {
    this.#buffer += text;
    while (this.#step()) {}
    return this.#layout.take();
  }

  end(): string {
    if (this.#inline !== null || this.#buffer !== "") {
      this.#buffer += "\n";
      while (this.#step()) {}
    }
    this.#flushTable();
    return this.#layout.take();
  }

  #step(): boolean {
    if (this.#buffer === "") return false;
    const newline = this.#buffer.indexOf("\n");
    if (this.#inline !== null) {
      this.#inline.add(newline === -1 ? this.#buffer : this.#buffer.slice(0, newline));
      this.#buffer = newline === -1 ? "" : this.#buffer.slice(newline + 1);
      if (newline !== -1) this.#endInline();
      return newline !== -1;
    }
    const line = newline === -1 ? this.#buffer : this.#buffer.slice(0, newline);
    const isWhole = newline !== -1;
    if (this.#code !== null) {
      if (!isWhole) return false;
      if (this.#codeLine(line)) {
        this.#buffer = this.#buffer.slice(newline + 1);
        return true;
      }
    }
    const isInText = !this.#isAfterBlank && this.#kind === "text";
    const head = readHead(line, isWhole, { containers: this.#containers, isInText });
    if (head === null) return false;
    const taken = head.kind === "text" ? Math.min(head.start, line.length) : newline + 1;
    this.#buffer = this.#buffer.slice(taken);
    this.#begin(head);
    return true;
  }

  #begin(head: Head): void {
    if (head.kind !== "row" || !isSamePlace(head.containers, this.#containers)) this.#flushTable();
    const before = { kind: this.#kind, isAfterBlank: this.#isAfterBlank, containers: this.#containers };
    this.#containers = head.containers;
    this.#isAfterBlank = head.kind === "blank";
    if (head.kind === "blank") return;
    this.#kind = head.kind;
    if (head.kind !== "row") this.#space(before);
    // Whether rows are a table, to be set apart, is not known yet.
    else if (this.#rows.length === 0) this.#beforeRows = before;
    this.#layout.enter(head.containers);
    this.#show(head);
  }

  #show(head: Exclude<Head, { kind: "blank" }>): void {
    const layout = this.#layout;
    switch (head.kind) {
      case "text":
        this.#inline = new InlineStream((source, gap) => this.#lay(source, gap));
        return;
      case "heading":
        this.#heading(head.level, head.text);
        return;
      case "rule":
        layout.line(this.#theme.dim("─".repeat(layout.room)));
        return;
      case "row":
        this.#rows.push(head.text);
        return;
      case "verbatim":
        layout.line(expandTabs(head.text));
        return;
      case "fence":
        this.#kind = "code";
        this.#code = {
          fence: head.fence,
          indent: head.indent,
          quotes: head.containers.filter((container) => container.type === "quote").length,
          paint: highlighter(head.info, this.#theme.code),
        };
        return;
      default:
        head satisfies never;
    }
  }

  /** The empty line in front of a block: where one was written, and around headings, code, tables and rules. */
  #space(before: Place): void {
    const isWanted =
      before.isAfterBlank ||
      SET_APART.has(before.kind) ||
      SET_APART.has(this.#kind) ||
      this.#kind === "heading";
    if (!isWanted || this.#layout.isEmpty) return;
    const common = before.containers.findIndex((container, index) => container !== this.#containers[index]);
    this.#layout.blank(common === -1 ? before.containers : before.containers.slice(0, common));
  }

  #heading(level: number, text: string): void {
    const { hasColor } = this.#theme;
    this.#layout.enter(this.#containers, hasColor ? "" : `${"#".repeat(level)} `);
    const paint = (word: Word) =>
      word.pieces.map((piece) => this.#theme.heading(this.#theme.run(piece), level)).join("");
    for (const word of wordsOf(readInline(text, this.#theme.marks), "none")) this.#layout.word(word, paint);
    this.#layout.endLine();
  }

  #lay(source: string, gap: Word["gap"]): void {
    for (const word of wordsOf(readInline(source, this.#theme.marks), gap)) this.#layout.word(word);
  }

  #endInline(): void {
    this.#inline?.end();
    this.#inline = null;
    this.#layout.endLine();
  }

  /** False when the line ends the code by leaving its quote, and is to be read anew. */
  #codeLine(line: string): boolean {
    const code = this.#code!;
    let rest = line;
    for (let n = 0; n < code.quotes; n++) {
      const quote = /^[ \t]*> ?/.exec(rest);
      if (quote === null) {
        this.#code = null;
        return false;
      }
      rest = rest.slice(quote[0].length);
    }
    const close = /^[ \t]*(`{3,}|~{3,})[ \t]*$/.exec(rest)?.[1];
    if (close !== undefined && close[0] === code.fence[0] && close.length >= code.fence.length) {
      this.#code = null;
      return true;
    }
    const indent = code.quotes > 0 ? 0 : code.indent;
    const text = expandTabs(rest).replace(new RegExp(`^ {0,${indent}}`), "");
    this.#layout.line(text === "" ? "" : `  ${code.paint(text)}`);
    return true;
  }

  #flushTable(): void {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === 0) return;
    const isTable = rows.length >= 2 && isDelimiterRow(rows[1]!);
    this.#kind = isTable ? "row" : "text";
    this.#space(this.#beforeRows);
    if (isTable) {
      for (const line of renderTable(rows, this.#layout.room, this.#theme)) this.#layout.line(line);
      return;
    }
    for (const row of rows) {
      this.#lay(row, "none");
      this.#layout.endLine();
    }
  }
}

/** The inline text of one line, passed on as soon as what follows cannot change how it looks. */
class InlineStream {
  readonly #show: (source: string, gap: Word["gap"]) => void;
  #held = "";
  /** Up to here `#held` has no place to cut. */
  #checked = 0;
  #gap: Word["gap"] = "none";

  constructor(show: (source: string, gap: Word["gap"]) => void) {
    this.#show = show;
  }

  add(text: string): void {
    this.#held += text;
    while (this.#checked < this.#held.length - 1) {
      const at = ++this.#checked;
      if (!isCut(this.#held, at)) continue;
      const source = this.#held.slice(0, at);
      if (at < LONGEST_SPAN && hasOpenSpan(source, this.#held[at] as string)) continue;
      this.#pass(source);
    }
  }

  end(): void {
    this.#pass(this.#held.replace(/\\$/, ""));
  }

  #pass(source: string): void {
    const text = source.replace(/^[^\S\u00a0]+/, "");
    if (text !== "") this.#show(text, text.length < source.length ? "space" : this.#gap);
    this.#gap = "none";
    this.#held = this.#held.slice(source.length);
    this.#checked = 0;
  }
}

/** Is there a word's end before position `at`? The character there is known. */
function isCut(text: string, at: number): boolean {
  const after = String.fromCodePoint(text.codePointAt(at) as number);
  const before = text[at - 1] as string;
  if (/[^\S\u00a0]/.test(after)) return /[\S\u00a0]/.test(before);
  if (/\s/.test(before)) return false;
  if (after === "*" && isIdeograph(before)) return true; // an emphasis may begin here
  return !/[\ud800-\udfff]/.test(after) && !/[\ud800-\udfff]/.test(before) && canBreak(before, after);
}

function isSamePlace(a: readonly Container[], b: readonly Container[]): boolean {
  return a.length === b.length && a.every((container, index) => container === b[index]);
}

function expandTabs(text: string): string {
  let column = 0;
  return text.replace(/\t|[^\t]+/g, (part) => {
    if (part !== "\t") {
      column += part.length;
      return part;
    }
    const spaces = 4 - (column % 4);
    column += spaces;
    return " ".repeat(spaces);
  });
}
