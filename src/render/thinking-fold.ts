// Reasoning while it comes: its newest lines, dim, in a few lines of the screen that are given back for one line when
// the answer starts.
import stringWidth from "string-width";
import type { OutputStream } from "../host/streams.ts";
import type { Renderer } from "./reply.ts";
import { sanitizer } from "./sanitize.ts";

export interface ThinkingFoldOptions {
  /** Milliseconds of a monotonic clock. */
  elapsed: () => number;
  /** False on a terminal that cannot move its cursor, or whose user listens: only the one line is written. */
  canRedraw: boolean;
  beforeText: () => void;
}

const MOST_LINES = 4;

/** Shows reasoning on `out` and folds it. */
export function thinkingFold(out: OutputStream, options: ThinkingFoldOptions): Renderer {
  const safe = sanitizer();
  let text = "";
  let shown = 0;
  let startedAt: number | null = null;

  const fold = async () => {
    if (startedAt === null) return;
    const seconds = Math.max(1, Math.round((options.elapsed() - startedAt) / 1000));
    startedAt = null;
    text = "";
    const line = `thought for ${seconds} s`;
    await out.write(`${erase(shown)}${out.color.dim(line)}\n`);
    shown = 0;
  };
  return {
    async event(event) {
      if (event.type === "text-delta" && event.text !== "") return fold();
      if (event.type !== "thinking-delta" || event.thinking === "") return;
      if (startedAt === null) {
        startedAt = options.elapsed();
        options.beforeText();
      }
      if (!options.canRedraw) return;
      text = (text + safe.push(event.thinking)).slice(-4000);
      const lines = lastLines(text, out.width - 1);
      await out.write(erase(shown) + lines.map((line) => `${out.color.dim(line)}\n`).join(""));
      shown = lines.length;
    },
    end: fold,
  };
}

/** Takes back `lines` whole lines above the cursor. */
function erase(lines: number): string {
  return lines === 0 ? "" : `\u001b[${lines}A\r\u001b[J`;
}

/** The last lines of `text` wrapped to `width` cells. */
function lastLines(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(/\s+/).filter((each) => each !== "")) {
      for (const piece of pieces(word, width)) {
        const joined = line === "" ? piece : `${line} ${piece}`;
        if (line !== "" && stringWidth(joined) > width) {
          lines.push(line);
          line = piece;
        } else line = joined;
      }
    }
    if (line !== "") lines.push(line);
  }
  return lines.slice(-MOST_LINES);
}

/** A word that is wider than a line, cut. */
function pieces(word: string, width: number): string[] {
  if (stringWidth(word) <= width) return [word];
  const result = [""];
  for (const char of word) {
    const last = result.length - 1;
    if (stringWidth(result[last] + char) > width) result.push(char);
    else result[last] += char;
  }
  return result;
}
