// Text from the model, the service, a file name or an error never drives the terminal: what would is made visible.

/** Makes control characters visible, remembering what it must from one delta to the next. */
export interface Sanitizer {
  push(text: string): string;
  /** What was held back; call once at the end. */
  end(): string;
}

// C0 without \t \n, DEL, C1, bidirectional controls, and U+2028/9 which some terminals treat as line breaks.
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * A sanitizer for text that goes to a terminal. `\r\n` becomes `\n`, a bare `\r` too; ESC becomes `␛`, other C0 their
 * control picture, DEL `␡`, C1 and bidi controls `\u{…}`. A trailing `\r` is held back until its fate is known.
 * Being a map from single characters it cannot be split around: an escape sequence over two deltas is broken at its ESC.
 */
export function sanitizer(): Sanitizer {
  let heldReturn = false;
  return {
    push(text) {
      let input = heldReturn ? `\r${text}` : text;
      heldReturn = input.endsWith("\r");
      if (heldReturn) input = input.slice(0, -1);
      return makeVisible(input.replace(/\r\n?/g, "\n"));
    },
    end() {
      const rest = heldReturn ? "\n" : "";
      heldReturn = false;
      return rest;
    },
  };
}

/** One piece of foreign text made safe for a terminal. */
export function sanitize(text: string): string {
  return makeVisible(text.replace(/\r\n?/g, "\n"));
}

/** As `sanitize`, on one line and at most `limit` characters: for messages, names and ids. */
export function sanitizeLine(text: string, limit = 2000): string {
  const line = sanitize(text)
    .replace(/[\n\t]+/g, " ")
    .trim();
  return line.length > limit ? `${line.slice(0, limit - 1).toWellFormed()}…` : line.toWellFormed();
}

function makeVisible(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const code = char.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return `\\u{${code.toString(16)}}`;
  });
}
