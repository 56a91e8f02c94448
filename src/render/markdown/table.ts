import type { Run } from "./inline.ts";
import { readInline } from "./inline.ts";
import type { Theme } from "./theme.ts";
import { type Word, widthOf, wordsOf } from "./words.ts";

type Align = "left" | "center" | "right";

const DELIMITER = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
/** A column narrower than this is hard to read; the table is then written as a list. */
const NARROWEST = 6;
const SEPARATOR = 3;

/** Is this row of a table the one that sets head and body apart? */
export function isDelimiterRow(row: string): boolean {
  return DELIMITER.test(row) && row.includes("-");
}

/** The lines of a table, at most `room` cells wide. `rows` are head, delimiter and body as they were written. */
export function renderTable(rows: readonly string[], room: number, theme: Theme): string[] {
  const [head = "", delimiter = "", ...body] = rows;
  const aligns = splitRow(delimiter).map(alignOf);
  const cells = [head, ...body].map((row) => {
    const texts = splitRow(row);
    return aligns.map((_, column) => wordsOf(readInline(texts[column] ?? "", theme.marks), "none"));
  });
  const widths = columnWidths(cells, room - SEPARATOR * (aligns.length - 1));
  return widths === null ? asList(cells, room, theme) : asGrid(cells, widths, aligns, theme);
}

function splitRow(row: string): string[] {
  const inner = row
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function alignOf(delimiter: string): Align {
  if (!delimiter.endsWith(":")) return "left";
  return delimiter.startsWith(":") ? "center" : "right";
}

/** Natural widths where they fit, else taken from the widest; null when a column would become too narrow. */
function columnWidths(cells: readonly Word[][][], room: number): number[] | null {
  const widths = cells[0]!.map((_, column) =>
    cells.reduce((width, row) => Math.max(width, naturalWidth(row[column]!)), 1),
  );
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) return null;
    widths[widths.lastIndexOf(widest)] = widest - 1;
    excess--;
  }
  return widths;
}

function naturalWidth(words: readonly Word[]): number {
  return wrap(words, Number.POSITIVE_INFINITY).reduce((width, line) => Math.max(width, line.width), 0);
}

interface Line {
  runs: Run[];
  width: number;
}

function wrap(words: readonly Word[], width: number): Line[] {
  const lines: Line[] = [];
  let line: Line | null = null;
  for (const word of words.flatMap((each) => breakWord(each, width))) {
    const space = word.gap === "space" ? 1 : 0;
    if (line === null || word.gap === "break" || line.width + space + word.width > width) {
      line = { runs: [], width: 0 };
      lines.push(line);
    } else if (space === 1) line.runs.push({ text: " " });
    line.width += word.width + (line.runs.at(-1)?.text === " " ? 1 : 0);
    line.runs.push(...word.pieces);
  }
  return lines;
}

/** A word wider than its column is broken anywhere between what a reader sees as characters. */
function breakWord(word: Word, width: number): Word[] {
  if (word.width <= width) return [word];
  const parts: Word[] = [];
  for (const piece of word.pieces) {
    for (const { segment } of new Intl.Segmenter().segment(piece.text)) {
      const cells = widthOf(segment);
      const last = parts.at(-1);
      if (last === undefined || last.width + cells > width) {
        const gap = last === undefined ? word.gap : "none";
        parts.push({ pieces: [{ ...piece, text: segment }], width: cells, gap });
      } else {
        last.pieces.push({ ...piece, text: segment });
        last.width += cells;
      }
    }
  }
  return parts.map((part) => ({ ...part, pieces: joinPieces(part.pieces) }));
}

function joinPieces(pieces: readonly Run[]): Run[] {
  const joined: Run[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last && JSON.stringify({ ...last, text: "" }) === JSON.stringify({ ...piece, text: "" })) {
      last.text += piece.text;
    } else joined.push({ ...piece });
  }
  return joined;
}

function asGrid(
  cells: readonly Word[][][],
  widths: readonly number[],
  aligns: readonly Align[],
  theme: Theme,
) {
  const separator = theme.dim(" │ ");
  const rule = theme.dim(widths.map((width) => "─".repeat(width)).join("─┼─"));
  const wrapped = cells.map((row) => row.map((words, column) => wrap(words, widths[column]!)));
  const isTall = wrapped.slice(1).some((row) => row.some((lines) => lines.length > 1));
  return wrapped.flatMap((row, index) => {
    const height = Math.max(1, ...row.map((lines) => lines.length));
    const lines = Array.from({ length: height }, (_, n) =>
      row
        .map((cell, column) => {
          const isLast = column === row.length - 1;
          const line = cell[n] ?? { runs: [], width: 0 };
          const painted = line.runs
            .map((run) => theme.run(index === 0 ? { ...run, strong: true } : run))
            .join("");
          return aligned(painted, line.width, widths[column]!, aligns[column]!, isLast);
        })
        .join(separator),
    );
    const isBody = index > 0 && index < wrapped.length - 1;
    return index === 0 || (isTall && isBody) ? [...lines, rule] : lines;
  });
}

function aligned(text: string, used: number, width: number, align: Align, isLast: boolean): string {
  const free = Math.max(0, width - used);
  if (isLast && used === 0) return "";
  const left = align === "left" ? 0 : align === "right" ? free : Math.floor(free / 2);
  return " ".repeat(left) + text + (isLast ? "" : " ".repeat(free - left));
}

function asList(cells: readonly Word[][][], room: number, theme: Theme): string[] {
  const [head = [], ...body] = cells;
  return body.flatMap((row, index) => {
    const lines = row.flatMap((words, column) => {
      const name = (head[column] ?? []).map((word) => ({
        ...word,
        pieces: word.pieces.map((piece) => ({ ...piece, strong: true })),
      }));
      const colon: Word = { pieces: [{ text: ":" }], width: 1, gap: "none" };
      const value = words.map((word, n) => (n === 0 ? { ...word, gap: "space" as const } : word));
      return wrap([...name, colon, ...value], room).map((line) => line.runs.map(theme.run).join(""));
    });
    return index === 0 ? lines : ["", ...lines];
  });
}
