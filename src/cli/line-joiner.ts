/** Puts typed lines together to messages: a trailing `\` or a block between `"""` makes more lines. */
export class LineJoiner {
  #lines: string[] = [];
  #isBlock = false;

  /** Takes a line and gives the message it completes, or null while more lines belong to it. */
  add(line: string): string | null {
    if (this.#isBlock) {
      if (!/"""\s*$/.test(line)) return this.#keep(line);
      this.#isBlock = false;
      return this.#finish(line.replace(/"""\s*$/, ""), "block");
    }
    const opening = this.#lines.length === 0 ? /^\s*"""(.*)$/s.exec(line) : null;
    if (opening !== null) {
      const rest = opening[1] ?? "";
      const closing = /^(.*)"""\s*$/s.exec(rest);
      if (closing !== null) return closing[1] ?? "";
      this.#isBlock = true;
      if (rest !== "") this.#keep(rest);
      return null;
    }
    if (/(^|[^\\])\\$/.test(line)) return this.#keep(line.slice(0, -1));
    return this.#finish(line, "line");
  }

  /** What was kept of a message that never ended; null where there is none. */
  end(): string | null {
    return this.#lines.length === 0 ? null : this.#finish("", "block");
  }

  #keep(line: string): null {
    this.#lines.push(line);
    return null;
  }

  #finish(line: string, kind: "line" | "block"): string {
    const lines = kind === "block" && line === "" ? this.#lines : [...this.#lines, line];
    this.#lines = [];
    return lines.join("\n");
  }
}
