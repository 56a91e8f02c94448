import stringWidth from "string-width";

/** `text` in lines of at most `width` cells, broken between words; the second on begin with `indent`. Longer words stand over. */
export function wrapWords(text: string, width: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (line !== "" && stringWidth(joined) > width) {
      lines.push(line);
      line = indent + word;
    } else line = joined;
  }
  return [...lines, line].join("\n");
}
