// JSON.parse with a position: engines word their errors differently, and some give none.
import { CbrError } from "../errors.ts";

/** Parses `text`, a byte order mark dropped. Throws CbrError `body_invalid` naming `what`, line and column. */
export function parseJsonText(text: string, what: string): unknown {
  const json = text.replace(/^\uFEFF/, "");
  if (json.trim() === "") throw new CbrError("body_invalid", { message: `${what} is empty` });
  try {
    return JSON.parse(json);
  } catch (cause) {
    const at = firstFault(json);
    const lines = json.slice(0, at).split("\n");
    const where = `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
    const reason = at >= json.length ? "it ends too early" : "unexpected character";
    throw new CbrError("body_invalid", { message: `${what} is not JSON: ${reason} at ${where}`, cause });
  }
}

const SCALAR =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y;
const SPACE = /[ \t\r\n]*/y;

/** Offset of the first character that no JSON text could have there; the text's length where it ends too early. */
export function firstFault(text: string): number {
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return false;
    at = pattern.lastIndex;
    return true;
  };
  const take = (char: string) => {
    match(SPACE);
    if (text[at] !== char) return false;
    at++;
    return true;
  };
  // A stack of open brackets in place of recursion: the text may be hostile.
  const open: ("{" | "[")[] = [];
  let expects: "value" | "value or ]" | "key" | "key or }" | "more" = "value";
  for (;;) {
    match(SPACE);
    if (expects === "more" && open.length === 0) return at;
    if (expects === "more") {
      const isObject = open.at(-1) === "{";
      if (take(",")) expects = isObject ? "key" : "value";
      else if (take(isObject ? "}" : "]")) open.pop();
      else return at;
      continue;
    }
    if (expects === "key" || expects === "key or }") {
      if (expects === "key or }" && take("}")) {
        open.pop();
        expects = "more";
        continue;
      }
      if (!match(STRING)) return stringFault(text, at);
      if (!take(":")) return at;
      expects = "value";
      continue;
    }
    if (expects === "value or ]" && take("]")) {
      open.pop();
      expects = "more";
    } else if (take("{")) {
      open.push("{");
      expects = "key or }";
    } else if (take("[")) {
      open.push("[");
      expects = "value or ]";
    } else if (match(SCALAR)) expects = "more";
    else return stringFault(text, at);
  }
}

/** Where inside a string that began at `at` the fault lies; `at` itself where no string begins there. */
function stringFault(text: string, at: number): number {
  if (text[at] !== '"') return at;
  const good = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*/y;
  good.lastIndex = at + 1;
  good.exec(text);
  return good.lastIndex;
}
