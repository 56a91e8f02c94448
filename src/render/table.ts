import stringWidth from "string-width";
import type { OutputStream } from "../host/streams.ts";
import { sanitizeLine } from "./sanitize.ts";

const GAP = "  ";
/** How far columns give way: as long as it helps they stay readable, then they still tell something. */
const NARROWEST = [8, 3];

/**
 * Rows as people or scripts read them. On a terminal: a headed table no wider than it, foreign text made harmless, long
 * cells cut with `…` (never the first column: it is what one types next). Elsewhere: one line a row, cells separated by
 * tabs, without headers, uncut; a tab or line break inside a cell becomes a space. `""` for no rows. Cells of the columns in
 * `cutInFront` keep their ends, where those tell them apart.
 */
export function renderTable(
  out: Pick<OutputStream, "isTTY" | "width" | "color">,
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  cutInFront: readonly string[] = [],
): string {
  if (rows.length === 0) return "";
  if (!out.isTTY) return rows.map((row) => `${row.map(tabSafe).join("\t")}\n`).join("");
  const cells = rows.map((row) => headers.map((_, column) => sanitizeLine(row[column] ?? "")));
  const natural = headers.map((header, column) =>
    cells.reduce((width, row) => Math.max(width, stringWidth(row[column]!)), stringWidth(header)),
  );
  const widths = fitWidths(natural, out.width - GAP.length * (headers.length - 1));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const cutCell = cutInFront.includes(headers[column]!) ? cutFront : cut;
        return pad(cutCell(cell, widths[column]!), widths[column]!);
      })
      .join(GAP)
      .trimEnd();
  return [out.color.bold(line(headers)), ...cells.map(line)].map((text) => `${text}\n`).join("");
}

function tabSafe(cell: string): string {
  return cell.replace(/[\t\r\n]+/g, " ");
}

/** Takes from the widest column until the row fits or nothing more can be taken. */
function fitWidths(natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  for (const narrowest of NARROWEST) {
    while (excess > 0) {
      const widest = Math.max(...widths.slice(1), 0);
      if (widest <= narrowest) break;
      widths[widths.lastIndexOf(widest)] = widest - 1;
      excess--;
    }
  }
  return widths;
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  return `${fitting(segments(text), width - 1).join("")}…`;
}

function cutFront(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  return `…${fitting(segments(text).reverse(), width - 1)
    .reverse()
    .join("")}`;
}

function segments(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

/** As many of the first `pieces` as `room` columns hold. */
function fitting(pieces: readonly string[], room: number): string[] {
  let used = 0;
  const first = pieces.findIndex((piece) => {
    used += stringWidth(piece);
    return used > room;
  });
  return pieces.slice(0, first === -1 ? pieces.length : first);
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}
