// Words become lines: wrapped, behind the marks of the quotes and lists they stand in. Only ever adds to its output.
import type { Container, ListItem } from "./line-head.ts";
import type { Theme } from "./theme.ts";
import { type Word, widthOf } from "./words.ts";

const BULLETS = ["•", "◦", "▪"];
/** Narrower than this nothing can be laid out; the terminal has to break lines. */
const NARROWEST = 20;

export class Layout {
  readonly #width: () => number;
  readonly #theme: Theme;
  #output = "";
  #containers: readonly Container[] = [];
  /** Items whose marker is already written. */
  #begun = new WeakSet<Container>();
  #column = 0;
  #isLineOpen = false;
  #isEmpty = true;
  #before = "";

  constructor(width: () => number, theme: Theme) {
    this.#width = width;
    this.#theme = theme;
  }

  /** What was laid out since the last call. */
  take(): string {
    const output = this.#output;
    this.#output = "";
    return output;
  }

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Cells between the marks and the right margin. */
  get room(): number {
    return Math.max(NARROWEST, this.#width()) - this.#marks(false).width;
  }

  /** The lines from here on stand in these. `before` is text in front of the first of them (a heading's `#`). */
  enter(containers: readonly Container[], before = ""): void {
    this.#containers = containers;
    this.#before = before;
  }

  /** An empty line; inside quotes that go on, with their bar. */
  blank(quotes: readonly Container[]): void {
    const last = quotes.findLastIndex((container) => container.type === "quote");
    const { plain, painted } = this.#marksOf(quotes.slice(0, last + 1), false);
    this.#output += `${plain === "" ? "" : painted.trimEnd()}\n`;
  }

  word(
    word: Word,
    paint: (word: Word) => string = (each) => each.pieces.map(this.#theme.run).join(""),
  ): void {
    if (this.#isLineOpen && word.gap === "break") this.endLine();
    const space = word.gap === "space" ? 1 : 0;
    if (!this.#isLineOpen) this.#openLine();
    else if (this.#column + space + word.width > Math.max(NARROWEST, this.#width())) {
      this.endLine();
      this.#openLine();
    } else if (space === 1) {
      this.#output += " ";
      this.#column++;
    }
    this.#output += paint(word);
    this.#column += word.width;
  }

  /** A line as it is, however long. */
  line(painted: string): void {
    if (painted === "") this.#openEmptyLine();
    else this.#openLine();
    this.#output += painted;
    this.endLine();
  }

  /** Ends the line that is open; an item without text gets its marker at least. */
  endLine(): void {
    if (!this.#isLineOpen && this.#containers.every((container) => this.#isBegun(container))) return;
    if (!this.#isLineOpen) this.#openEmptyLine();
    this.#output += "\n";
    this.#isLineOpen = false;
  }

  #openEmptyLine(): void {
    const from = this.#output.length;
    this.#openLine();
    this.#output = this.#output.slice(0, from) + this.#output.slice(from).trimEnd();
  }

  #openLine(): void {
    const { painted, width } = this.#marks(true);
    this.#output += painted + this.#before;
    this.#column = width + widthOf(this.#before);
    this.#before = "";
    this.#isLineOpen = true;
    this.#isEmpty = false;
  }

  #isBegun(container: Container): boolean {
    return container.type === "quote" || this.#begun.has(container);
  }

  #marks(begins: boolean) {
    return this.#marksOf(this.#containers, begins);
  }

  #marksOf(containers: readonly Container[], begins: boolean) {
    let plain = "";
    let painted = "";
    let depth = 0;
    for (const container of containers) {
      if (container.type === "quote") {
        plain += "│ ";
        painted += `${this.#theme.dim("│")} `;
        continue;
      }
      const label = labelOf(container, depth++);
      const shown = this.#begun.has(container) ? " ".repeat(widthOf(label)) : label;
      if (begins) this.#begun.add(container);
      plain += shown;
      painted += shown;
    }
    return { plain, painted, width: widthOf(plain) };
  }
}

function labelOf(item: ListItem, depth: number): string {
  if (item.task !== null) return item.task === "open" ? "☐ " : "☑ ";
  if (/^\d/.test(item.marker)) return `${item.marker} `;
  return `${BULLETS[depth % BULLETS.length]} `;
}
