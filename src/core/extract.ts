// `--extract`: the first fenced code block of an answer, and nothing around it.

export interface CodeBlock {
  /** What follows the fence, such as a language; may be empty. */
  info: string;
  /** The lines between the fences with their line ends, without the fence's own indentation. */
  code: string;
}

const OPENING = /^([ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)$/;

/**
 * The first fenced code block of Markdown (CommonMark §4.5), null for none. More generous in two ways, as models are
 * in writing them: a fence may be indented by any amount (in lists), and a block that is never closed ends with the text.
 */
export function firstCodeBlock(text: string): CodeBlock | null {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  for (const [i, line] of lines.entries()) {
    const [, indent, fence, info] = OPENING.exec(line.trimEnd()) ?? [];
    if (indent === undefined || fence === undefined) continue;
    const inner = lines.slice(i + 1);
    const end = inner.findIndex((candidate) => isClosing(candidate.trim(), fence));
    const code = (end === -1 ? inner : inner.slice(0, end)).map((each) => unindent(each, indent.length));
    return { info: (info ?? "").trim(), code: code.join("") };
  }
  return null;
}

function isClosing(line: string, fence: string): boolean {
  return line.length >= fence.length && line === fence.charAt(0).repeat(line.length);
}

function unindent(line: string, width: number): string {
  let at = 0;
  while (at < width && (line[at] === " " || line[at] === "\t")) at++;
  return line.slice(at);
}
