// The results as a page and as a plot.
import { type ConnectionRow, ONE_WAY, PAUSE } from "./connections.ts";
import type { Results } from "./main.ts";

/** `docs/reference/performance.md`. */
export function asMarkdown(results: Results): string {
  const { machine } = results;
  const parts = [
    "# Performance",
    "",
    "Whole processes, from start to end, against one local server; written by `npm run bench`. Absolute times vary by",
    "machine: the ratios within one run are what counts.",
    "",
    `Date: ${results.date}. Machine: ${machine.cores} cores, ${machine.cpu}, ${machine.memory_gib} GiB, ${machine.os}. ` +
      `Runtime: node ${results.node.replace(/^v/, "")}. cbr ${results.cbr}. ${results.rounds} rounds, in turn (A B A B).`,
    "",
    "![Times of the commands and of the yardsticks](performance.svg)",
    "",
  ];
  for (const { name, rows } of results.cases) {
    parts.push(`## ${capital(name)}`, "");
    parts.push(
      "| | median ms | min | max | ratio to the first row | peak MiB |",
      "|---|--:|--:|--:|--:|--:|",
    );
    for (const row of rows) {
      const numbers = [row.median, row.min, row.max].map((value) => value.toFixed(1));
      parts.push(
        `| ${row.name} | ${numbers.join(" | ")} | ${row.ratio.toFixed(2)} | ${whole(row.peakMemory)} |`,
      );
    }
    parts.push("");
  }
  for (const { name, events, rows } of results.streams) {
    parts.push(`## ${capital(name)}`, "");
    parts.push("| | wall ms | processor ms | processor µs an event | peak MiB |", "|---|--:|--:|--:|--:|");
    for (const row of rows) {
      const each = row.cpu === null ? "" : ((row.cpu * 1000) / events).toFixed(1);
      parts.push(
        `| ${row.name} | ${whole(row.median)} | ${whole(row.cpu)} | ${each} | ${whole(row.peakMemory)} |`,
      );
    }
    parts.push("");
  }
  if (results.latency.length > 0) {
    parts.push("## Latency of a token", "", "From the server's write to the byte on stdout.", "");
    parts.push("| | median ms | 95th percentile ms |", "|---|--:|--:|");
    for (const row of results.latency)
      parts.push(`| ${row.name} | ${row.median.toFixed(2)} | ${row.p95.toFixed(2)} |`);
    parts.push("");
  }
  if (results.connections.length > 0) parts.push(...connectionsSection(results.connections));
  if (results.together.length > 0) {
    parts.push("## Many at once", "", "| | processes | ms until the last ended |", "|---|--:|--:|");
    for (const row of results.together)
      parts.push(`| ${row.name} | ${row.processes} | ${whole(row.milliseconds)} |`);
    parts.push("");
  }
  return `${parts.join("\n").trimEnd()}\n`;
}

function connectionsSection(rows: readonly ConnectionRow[]): string[] {
  const lines = rows.map(({ name, median, min, max, opened, ahead }) => {
    const times = [median, min, max].map((value) => value.toFixed(1));
    return `| ${name} | ${times.join(" | ")} | ${count(opened)} | ${count(ahead)} |`;
  });
  return [
    "## Connections",
    "",
    `Over TLS and a way of ${ONE_WAY} ms in each direction: until the first byte of the answer, from the request (node), from the start`,
    "of the process, its connecting or the end of its stdin (programs that end), from the line at stdin (chat). Stdin was",
    `silent for ${PAUSE} ms before each.`,
    "A new connection takes two round trips, an answer one. Ahead: made before the question was there.",
    "",
    "| | median ms | min | max | connections | ahead |",
    "|---|--:|--:|--:|--:|--:|",
    ...lines,
    "",
  ];
}

const BAR = 18;
const LABEL = 210;
const WIDTH = 760;

/** One bar a row, all to one scale. */
export function asSvg(results: Results): string {
  const rows = results.cases.flatMap((each) => each.rows);
  const longest = Math.max(...rows.map((row) => row.median), 1);
  const lines: string[] = [];
  let y = 10;
  for (const { name, rows: bars } of results.cases) {
    lines.push(`<text x="0" y="${y + 12}" font-weight="bold">${escapeXml(capital(name))}</text>`);
    y += BAR + 4;
    for (const row of bars) {
      const length = Math.max(1, ((WIDTH - LABEL - 90) * row.median) / longest);
      const color = row.name.startsWith("cbr") ? "#c15f3c" : "#8a8f98";
      lines.push(`<text x="0" y="${y + 12}">${escapeXml(row.name)}</text>`);
      lines.push(
        `<rect x="${LABEL}" y="${y}" width="${length.toFixed(1)}" height="${BAR - 5}" fill="${color}"/>`,
      );
      lines.push(
        `<text x="${(LABEL + length + 6).toFixed(1)}" y="${y + 12}">${row.median.toFixed(0)} ms</text>`,
      );
      y += BAR;
    }
    y += BAR;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="12" fill="#333">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function count(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

function whole(value: number | null): string {
  return value === null ? "" : value.toFixed(0);
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
