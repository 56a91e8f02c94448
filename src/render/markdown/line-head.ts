// What a line is, told from its first characters, so that the rest can be shown as it comes. A decision is made at the
// earliest character that allows it and never depends on how the text was cut into pieces.

export interface Quote {
  type: "quote";
}
export interface ListItem {
  type: "item";
  /** Columns of the marker and of the text behind it. */
  markerIndent: number;
  contentIndent: number;
  /** `-`, `*`, `+`, or a number with its `.` or `)`. */
  marker: string;
  task: "open" | "done" | null;
}
export type Container = Quote | ListItem;

export type Head = { containers: Container[] } & (
  | { kind: "blank" }
  | { kind: "rule" }
  | { kind: "heading"; level: number; text: string }
  | { kind: "fence"; fence: string; info: string; indent: number }
  | { kind: "row"; text: string }
  | { kind: "verbatim"; text: string }
  /** Inline text from this position of the line on. */
  | { kind: "text"; start: number }
);

export interface LineContext {
  containers: readonly Container[];
  /** The line before is text, to which this one may belong without saying so. */
  isInText: boolean;
}

const RULE = /^([-*_])[ \t]*(?:\1[ \t]*)*$/;
const TAB = 4;

/** What `line` is; null while more of it must be known. `isWhole`: nothing more of it will come. */
export function readHead(line: string, isWhole: boolean, context: LineContext): Head | null {
  const cursor = new Cursor(line);
  const containers = matchContainers(cursor, context.containers);
  const isContinued = containers.length === context.containers.length;
  const kept = containers.length;
  for (;;) {
    const { char } = cursor.next();
    if (char === "") {
      // Which items go on after an empty line is told by the line after it.
      return isWhole ? { kind: "blank", containers } : null;
    }
    if (isVerbatim(cursor, containers, context)) {
      return isWhole
        ? {
            kind: "verbatim",
            text: cursor.textFrom(Math.max(cursor.column, baseOf(containers)) + TAB),
            containers,
          }
        : null;
    }
    if (char === ">") {
      cursor.takeQuote();
      containers.push({ type: "quote" });
      continue;
    }
    const rest = cursor.rest();
    if (RULE.test(rest)) {
      if (!isWhole) return null;
      if (rest.replace(/[ \t]/g, "").length >= 3) return { kind: "rule", containers };
    }
    const item = cursor.readItem(isWhole);
    if (item === "undecided") return null;
    if (item === null) break;
    containers.push(item);
    // Behind a task's box there may yet come a heading or code.
    if (cursor.next().char === "") return isWhole ? { kind: "text", start: line.length, containers } : null;
  }
  const leaf = readLeaf(cursor, isWhole);
  if (leaf === null) return null;
  if (leaf.kind === "text" && !isContinued && containers.length === kept && context.isInText) {
    return { ...leaf, containers: [...context.containers] };
  }
  return { ...leaf, containers };
}

type Leaf = Head extends infer Each ? (Each extends Head ? Omit<Each, "containers"> : never) : never;

function readLeaf(cursor: Cursor, isWhole: boolean): Leaf | null {
  const { char, position, column } = cursor.next();
  const rest = cursor.rest();
  const text: Leaf = { kind: "text", start: position };
  switch (char) {
    case "#": {
      if (!/^#{1,6}([ \t]|$)/.test(rest)) return text;
      const level = /^#*/.exec(rest)![0].length;
      return isWhole ? { kind: "heading", level, text: headingText(rest.slice(level)) } : null;
    }
    case "`":
    case "~": {
      const run = char === "`" ? /^`*/.exec(rest)![0] : /^~*/.exec(rest)![0];
      if (run.length < 3) return run.length === rest.length && !isWhole ? null : text;
      const info = rest.slice(run.length);
      if (char === "`" && info.includes("`")) return text;
      return isWhole ? { kind: "fence", fence: run, info: info.trim(), indent: column } : null;
    }
    case "|":
      return isWhole ? { kind: "row", text: rest } : null;
    default:
      return text;
  }
}

/** Without the blanks around it and the closing `#`s that some write. */
function headingText(rest: string): string {
  const text = rest.trim();
  let end = text.length;
  while (text[end - 1] === "#") end--;
  return end === 0 || /[ \t]/.test(text[end - 1] as string) ? text.slice(0, end).trim() : text;
}

/** The containers of the line before that this one goes on with; the cursor is then behind their markers. */
function matchContainers(cursor: Cursor, containers: readonly Container[]): Container[] {
  const matched: Container[] = [];
  for (const container of containers) {
    const { char, column } = cursor.next();
    if (container.type === "quote") {
      if (char !== ">") break;
      cursor.takeQuote();
    } else if (char !== "" && column < Math.min(container.contentIndent, container.markerIndent + 2)) {
      // Two columns are enough, although a numbered item asks for three: models are not that careful.
      break;
    }
    matched.push(container);
  }
  return matched;
}

function isVerbatim(cursor: Cursor, containers: readonly Container[], context: LineContext): boolean {
  if (context.isInText) return false;
  const isInList = containers.some((container) => container.type === "item");
  if (isInList && /^(?:[-*+]|\d{1,3}[.)])[ \t]/.test(cursor.rest())) return false;
  const base = Math.max(cursor.column, baseOf(containers));
  return cursor.next().column - base >= TAB;
}

function baseOf(containers: readonly Container[]): number {
  const last = containers.at(-1);
  return last?.type === "item" ? last.contentIndent : 0;
}

/** A place in a line. Columns count a tab as up to the next multiple of four. */
class Cursor {
  readonly #line: string;
  #position = 0;
  column = 0;

  constructor(line: string) {
    this.#line = line;
  }

  /** The next character that is no blank, without moving; `""` where the line ends. */
  next(): { char: string; position: number; column: number } {
    let { column } = this;
    let position = this.#position;
    for (; this.#line[position] === " " || this.#line[position] === "\t"; position++) {
      column += this.#line[position] === "\t" ? TAB - (column % TAB) : 1;
    }
    return { char: this.#line[position] ?? "", position, column };
  }

  rest(): string {
    return this.#line.slice(this.next().position);
  }

  /** The line from a column on, blanks before the text kept as spaces. */
  textFrom(column: number): string {
    const next = this.next();
    return (
      " ".repeat(Math.max(0, next.column - Math.max(column, this.column))) + this.#line.slice(next.position)
    );
  }

  /** Moves behind `>` and the one space that belongs to it. */
  takeQuote(): void {
    const { position, column } = this.next();
    const isSpaced = this.#line[position + 1] === " ";
    this.#position = position + (isSpaced ? 2 : 1);
    this.column = column + (isSpaced ? 2 : 1);
  }

  /** A list item's marker, with the cursor behind it; null when there is none. */
  readItem(isWhole: boolean): ListItem | "undecided" | null {
    const { position, column } = this.next();
    const rest = this.#line.slice(position);
    if (/^(?:[-*+]|\d{1,3}[.)]?)$/.test(rest) && !isWhole) return "undecided";
    const marker = /^(?:[-*+]|\d{1,3}[.)])(?=[ \t]|$)/.exec(rest)?.[0];
    if (marker === undefined) return null;
    const after = this.#line.slice(position + marker.length);
    if (after.trim() === "" && !isWhole) return "undecided";
    const end = column + marker.length;
    this.#position = position + marker.length;
    this.column = end;
    const text = this.next();
    const gap = text.column - end;
    const contentIndent = text.char === "" || gap > TAB ? end + 1 : text.column;
    if (!isWhole && /^\[[ xX]?\]?$/.test(this.rest())) return "undecided";
    const task = /^\[([ xX])\](?:[ \t]|$)/.exec(this.rest());
    if (task !== null) {
      this.#position = text.position + 3;
      this.column = text.column + 3;
    } else if (text.char !== "") {
      this.#position = text.position - Math.max(0, text.column - contentIndent);
      this.column = contentIndent;
    }
    const state = task === null ? null : task[1] === " " ? "open" : "done";
    return { type: "item", markerIndent: column, contentIndent, marker, task: state };
  }
}
