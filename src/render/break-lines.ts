// Words of cbr's own in the lines of a terminal. On the way of every start, so it does without a table of widths.

/** Stands for a blank while lines are broken. */
const UNBROKEN = "\u{f0000}";
const COLOUR = /\u001b\[[\d;]*m/g;

/** `text` broken between words so that no line has more than `width` cells; what is longer, or stands between backticks, stays whole. */
export function breakLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  const joined = text.replace(/`[^`]*`/g, (literal) => literal.replaceAll(" ", UNBROKEN));
  for (const word of joined.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && cells(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((each) => each.replaceAll(UNBROKEN, " "));
}

/** Cells that `text` takes, never too few: whatever may be wide counts as two. */
function cells(text: string): number {
  let sum = 0;
  for (const char of text.replace(COLOUR, "")) sum += char >= "\u1100" && char !== UNBROKEN ? 2 : 1;
  return sum;
}
