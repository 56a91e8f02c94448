import stringWidth from "string-width";
import type { OutputStream } from "../host/streams.ts";
import { breakLines } from "./break-lines.ts";
import { sanitizeLine } from "./sanitize.ts";

/** Where a terminal is narrower than this beside the names, values are not broken. */
const NARROWEST = 20;

/**
 * One line a field: its name, padded so that the values stand under each other, and its value, which on a terminal goes on
 * below itself. null values are left out.
 */
export function renderFields(
  out: Pick<OutputStream, "isTTY" | "color" | "width">,
  fields: readonly (readonly [name: string, value: string | null])[],
): string {
  const shown = fields.filter((field): field is [string, string] => field[1] !== null);
  const width = Math.max(0, ...shown.map(([name]) => stringWidth(name)));
  return shown
    .map(([name, value]) => {
      const label = out.color.dim(name.padEnd(width));
      return `${label}  ${out.isTTY ? onTerminal(value, width + 2, out.width) : value.replace(/[\r\n]+/g, " ")}\n`;
    })
    .join("");
}

function onTerminal(value: string, indent: number, columns: number): string {
  const text = sanitizeLine(value);
  const room = columns - 1 - indent;
  return room < NARROWEST ? text : breakLines(text, room).join(`\n${" ".repeat(indent)}`);
}
