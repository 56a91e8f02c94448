// The findings for people: the culprit first, then every check on its own line. Meaning is in words; colour only helps.
import stringWidth from "string-width";
import type { OutputStream } from "../../host/streams.ts";
import { sanitizeLine } from "../../render/sanitize.ts";
import { type Finding, firstFailure, type Status } from "./examine.ts";

type Out = Pick<OutputStream, "isTTY" | "width" | "color">;

const SYMBOLS: Readonly<Record<Status, string>> = { ok: "✓", warning: "!", failed: "✗", skipped: "-" };
const WIDEST = 100;
const NARROWEST = 40;

/** All findings as text; lines are broken for a terminal only. */
export function doctorText(findings: readonly Finding[], out: Out): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const columns = out.isTTY ? Math.max(NARROWEST, Math.min(out.width, WIDEST)) : Number.POSITIVE_INFINITY;
  return [
    headline(findings, out, columns),
    ...findings.map((finding) => line(finding, width, out, columns)),
  ].join("");
}

function headline(findings: readonly Finding[], out: Out, columns: number): string {
  const culprit = firstFailure(findings);
  const warnings = findings.filter(({ status }) => status === "warning").length;
  if (culprit === null) {
    const more = warnings === 0 ? "" : `, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`;
    const isPartial = findings.some(
      ({ status, message }) => status === "skipped" && message.startsWith("needs "),
    );
    return `${out.color.green(`nothing is broken${isPartial ? " where it could be looked at" : ""}${more}`)}\n\n`;
  }
  const words = `${culprit.name}: ${culprit.message}`;
  const [first = "", ...rest] = wrap(clean(words), columns - "broken: ".length);
  const indent = " ".repeat("broken: ".length);
  const lines = [`${out.color.red("broken:")} ${first}`, ...rest.map((text) => indent + text)];
  if (culprit.fix)
    lines.push(...wrap(`next: ${clean(culprit.fix)}`, columns - indent.length).map((text) => indent + text));
  return `${lines.join("\n")}\n\n`;
}

function line(
  { name, status, message, fix, details }: Finding,
  width: number,
  out: Out,
  columns: number,
): string {
  const mark = `${SYMBOLS[status]} ${status.padEnd("skipped".length)}`;
  const indent = " ".repeat(mark.length + 1 + width + 2);
  const room = columns - indent.length;
  const isTrouble = status === "warning" || status === "failed";
  const paragraphs = [
    clean(message),
    ...(isTrouble ? (details ?? []).map(clean) : []),
    ...(fix && status !== "ok" ? [`next: ${clean(fix)}`] : []),
  ];
  const [first = "", ...rest] = paragraphs.flatMap((text) => wrap(text, room));
  return [`${paint(status, out)(mark)} ${name.padEnd(width)}  ${first}`, ...rest.map((text) => indent + text)]
    .map((text) => `${text.trimEnd()}\n`)
    .join("");
}

function paint(status: Status, { color }: Out): (text: string) => string {
  switch (status) {
    case "ok":
      return color.green;
    case "warning":
      return color.yellow;
    case "failed":
      return color.red;
    case "skipped":
      return color.dim;
    default:
      return status satisfies never;
  }
}

/** Foreign words are among the findings: wherever this is read, they drive no terminal. */
function clean(text: string): string {
  return sanitizeLine(text);
}

/** Breaks at blanks; a word too long for a line stands alone, unbroken, so that it can be copied. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && stringWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
