// A command line as a POSIX shell (with bash's `$'…'`) splits it. Written here because the libraries at hand expand
// variables and globs, drop comments from inside words and do not know `$'…'`.

export interface ShellCommand {
  words: string[];
  /** The text of a here-document on stdin, or null. */
  stdin: string | null;
}

export class ShellSyntaxError extends Error {}

/**
 * The words of the first command in `text`, up to an unquoted `;`, `|`, `&` or newline. Variables stay as they are
 * written (`$NAME`); redirections are dropped, but for a here-document. Throws ShellSyntaxError.
 */
export function splitCommand(text: string): ShellCommand {
  const reader = new Reader(text.replaceAll("\r\n", "\n"));
  const words: string[] = [];
  let here: { end: string; stripsTabs: boolean } | null = null;
  for (;;) {
    reader.skipBlanks();
    if (reader.isAtEnd || reader.take(/[;|&\n]/y) !== null) break;
    if (reader.take(/#[^\n]*/y) !== null) continue;
    const hereMark = reader.take(/\d*<<-?(?!<)/y);
    if (hereMark !== null) {
      reader.skipBlanks();
      here = { end: reader.word(), stripsTabs: hereMark.endsWith("-") };
    } else if (reader.take(/\d*(?:<<<|>>|>&|<&|>\||[<>])/y) !== null) {
      reader.skipBlanks();
      reader.word();
    } else words.push(reader.word());
  }
  return { words, stdin: here && hereDocument(reader.rest(), here.end, here.stripsTabs) };
}

function hereDocument(rest: string, end: string, stripsTabs: boolean): string {
  const all = rest.split("\n");
  const lines = stripsTabs ? all.map((line) => line.replace(/^\t+/, "")) : all;
  const last = lines.indexOf(end);
  if (last === -1) throw new ShellSyntaxError(`the here-document has no end (\`${end}\`)`);
  return lines
    .slice(0, last)
    .map((line) => `${line}\n`)
    .join("");
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  skipBlanks(): void {
    this.take(/(?:[ \t]|\\\n)*/y);
  }

  /** What `pattern` (sticky) matches here, or null. */
  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    return found[0];
  }

  /** The lines after the one the reader stands on. A command that ended at its newline stands already there. */
  rest(): string {
    if (this.#text[this.#at - 1] !== "\n") this.take(/[^\n]*\n?/y);
    return this.#text.slice(this.#at);
  }

  word(): string {
    let word = "";
    for (;;) {
      // Only blanks and newlines end a word: a stray return or a no-break space from a web page is part of it, as in a shell.
      const plain = this.take(/[^ \t\n'"\\$;|&<>]+/y);
      if (plain !== null) word += plain;
      else if (this.take(/\\\n/y) !== null) continue;
      else if (this.take(/\\/y) !== null) word += this.take(/[\s\S]/y) ?? "\\";
      else if (this.take(/'/y) !== null) word += this.#closed(/[^']*/y, "'");
      else if (this.take(/\$'/y) !== null) word += ansi(this.#closed(/(?:[^'\\]|\\[\s\S])*/y, "'"));
      else if (this.take(/\$?"/y) !== null) {
        word += this.#closed(/(?:[^"\\]|\\[\s\S])*/y, '"').replace(/\\([$`"\\\n])/g, (_, char) =>
          char === "\n" ? "" : char,
        );
      } else if (this.take(/\$/y) !== null) word += "$";
      else return word;
    }
  }

  #closed(inside: RegExp, quote: string): string {
    const text = this.take(inside) ?? "";
    if (this.take(quote === "'" ? /'/y : /"/y) === null) {
      throw new ShellSyntaxError(`a quote is not closed (${quote})`);
    }
    return text;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  e: "\u001b",
  E: "\u001b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Bash's `$'…'`. Octal and hex escapes are bytes, so that UTF-8 written byte by byte comes out right. */
function ansi(text: string): string {
  const pattern =
    /\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c([\s\S])|([\s\S]))|[^\\]+/g;
  const bytes = [...text.matchAll(pattern)].map(([whole, octal, hex, short, long, control, char]) => {
    if (octal !== undefined) return Buffer.from([Number.parseInt(octal, 8) & 0xff]);
    if (hex !== undefined) return Buffer.from([Number.parseInt(hex, 16)]);
    const point = short ?? long;
    if (point !== undefined) return Buffer.from(codePoint(Number.parseInt(point, 16)));
    if (control !== undefined) return Buffer.from([control.charCodeAt(0) & 0x1f]);
    if (char !== undefined) return Buffer.from(ESCAPES[char] ?? (/['"?\\]/.test(char) ? char : `\\${char}`));
    return Buffer.from(whole);
  });
  return joinSurrogates(Buffer.concat(bytes).toString("utf8"), text);
}

function codePoint(value: number): string {
  return value <= 0x10ffff ? String.fromCodePoint(value) : "\uFFFD";
}

/** Chrome's "copy as cURL" writes an emoji as two `\u` halves, each of which alone is no character. */
function joinSurrogates(plain: string, source: string): string {
  const pair = /\\u([dD][89abAB][0-9A-Fa-f]{2})\\u([dD][c-fC-F][0-9A-Fa-f]{2})/g;
  if (!pair.test(source)) return plain;
  const joined = source.replace(pair, (_, high: string, low: string) =>
    String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)),
  );
  return ansi(joined);
}
