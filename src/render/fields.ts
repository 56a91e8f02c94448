import stringWidth from "string-width";
import type { OutputStream } from "../host/streams.ts";
import { sanitizeLine } from "./sanitize.ts";

/** One line a field: its name, padded so that the values stand under each other, and its value. null values are left out. */
export function renderFields(
  out: Pick<OutputStream, "isTTY" | "color">,
  fields: readonly (readonly [name: string, value: string | null])[],
): string {
  const shown = fields.filter((field): field is [string, string] => field[1] !== null);
  const width = Math.max(0, ...shown.map(([name]) => stringWidth(name)));
  return shown
    .map(([name, value]) => {
      const label = out.color.dim(name.padEnd(width));
      return `${label}  ${out.isTTY ? sanitizeLine(value) : value.replace(/[\r\n]+/g, " ")}\n`;
    })
    .join("");
}
