import type { Colors } from "../../host/streams.ts";
import { type InlineMarks, isOpenable, type Run } from "./inline.ts";

/** How things look. Without colour the marks that carry meaning stay visible. */
export interface Theme {
  hasColor: boolean;
  marks: InlineMarks;
  run(run: Run): string;
  heading(text: string, level: number): string;
  dim(text: string): string;
  bold(text: string): string;
  code(text: string, kind: string): string;
}

/** The theme for a terminal; `hyperlinks` marks links so that it can open them (OSC 8). */
export function themeOf(color: Colors, hyperlinks: boolean): Theme {
  const hasColor = color.level > 0;
  return {
    hasColor,
    marks: { showsAddress: !hyperlinks, showsDelimiters: !hasColor },
    run(run) {
      let text = run.text;
      if (run.code) text = color.cyan(text);
      if (run.href !== undefined) text = color.underline(text);
      if (run.strike) text = color.strikethrough(text);
      if (run.emphasis) text = color.italic(text);
      if (run.strong) text = color.bold(text);
      if (hyperlinks && run.href !== undefined && isOpenable(run.href)) {
        text = `\u001b]8;;${run.href}\u001b\\${text}\u001b]8;;\u001b\\`;
      }
      return text;
    },
    heading: (text, level) => (level === 1 ? color.bold.underline(text) : color.bold(text)),
    dim: (text) => color.dim(text),
    bold: (text) => color.bold(text),
    code: (text, kind) => codeColor(color, kind)?.(text) ?? text,
  };
}

/** Colours for the token names of CodeMirror's modes, which come with modifiers behind a dot. */
function codeColor(color: Colors, kind: string): Colors | null {
  if (kind.includes("definition") || kind === "def") return color.blue;
  switch (kind.split(/[ .]/)[0]) {
    case "comment":
      return color.dim;
    case "keyword":
    case "modifier":
    case "controlKeyword":
    case "tagName":
    case "tag":
      return color.magenta;
    case "string":
    case "string2":
    case "regexp":
    case "inserted":
      return color.green;
    case "number":
    case "atom":
    case "bool":
    case "escape":
    case "attributeName":
    case "attribute":
      return color.yellow;
    case "typeName":
    case "type":
    case "builtin":
    case "standard":
    case "className":
    case "namespace":
    case "meta":
    case "processingInstruction":
      return color.cyan;
    case "deleted":
    case "invalid":
    case "error":
      return color.red;
    case "heading":
      return color.bold;
    default:
      return null;
  }
}
