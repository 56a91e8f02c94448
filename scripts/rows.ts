// Counts what docs/design/reliability.md promises and the tests show. A test belongs to a row when its title, in quotes,
// begins with `row 44:`, `row 53, 55:` or `S5:`. The last column of the document's tables says how a row is tested: the
// files whose titles name it, or `open`, `waiting: …`, `elsewhere: …` with the reason.
// `--write` brings that column up to date; without it, a row that had a test and has none any more fails.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const DOCUMENT = join(ROOT, "docs/design/reliability.md");
const ALL = [...numbered("", 155), ...numbered("S", 22)];

const TITLE = /["'`](?:rows? )((?:\d+(?:-\d+)?)(?:, ?\d+(?:-\d+)?)*):|["'`](S\d+(?:, ?S\d+)*):/g;
const TABLE_ROW = /^\| (S?\d+) \| (.*) \| (.*) \|$/;
const REASON = /^(open|waiting: .+|elsewhere: .+)$/;

function numbered(prefix: string, last: number): string[] {
  return Array.from({ length: last }, (_, i) => `${prefix}${i + 1}`);
}

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

/** The files that have a test of each row. */
function testedRows(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const path of testFiles(join(ROOT, "test"))) {
    for (const [, rows, rules] of readFileSync(path, "utf8").matchAll(TITLE)) {
      for (const row of (rows ?? rules ?? "").split(/, ?/).flatMap(range)) {
        const files = found.get(row) ?? new Set();
        found.set(row, files.add(relative(join(ROOT, "test"), path)));
      }
    }
  }
  return found;
}

/** `43-45` is three rows. */
function range(text: string): string[] {
  const [first, last] = text.split("-");
  if (last === undefined) return [text];
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => String(Number(first) + i));
}

function main(isWriting: boolean): number {
  const tested = testedRows();
  const states = new Map<string, "covered" | "waiting" | "elsewhere" | "open">();
  const problems: string[] = [];
  const lines = readFileSync(DOCUMENT, "utf8")
    .split("\n")
    .map((line) => {
      const [, row, promise, how = ""] = TABLE_ROW.exec(line) ?? [];
      if (row === undefined) return line;
      if (states.has(row)) problems.push(`row ${row} stands twice in docs/design/reliability.md`);
      const files = [...(tested.get(row) ?? [])].sort();
      const reason = REASON.exec(how)?.[1];
      if (files.length > 0) states.set(row, "covered");
      else if (reason === undefined) problems.push(`row ${row} has lost its test (it was in ${how})`);
      else states.set(row, reason.split(":")[0] as "waiting" | "elsewhere" | "open");
      const now = files.length > 0 ? files.map((file) => `\`${file}\``).join(", ") : how;
      return isWriting ? `| ${row} | ${promise} | ${now} |` : line;
    });
  for (const row of ALL) {
    if (!states.has(row) && !problems.some((problem) => problem.startsWith(`row ${row} `)))
      problems.push(`row ${row} is not in docs/design/reliability.md`);
  }
  for (const row of tested.keys()) {
    if (!ALL.includes(row)) problems.push(`a test names row ${row}, which does not exist`);
  }
  if (isWriting) writeFileSync(DOCUMENT, lines.join("\n"));
  for (const problem of problems) console.error(problem);
  const rowsIn = (state: string) => ALL.filter((row) => states.get(row) === state);
  const parts = (["waiting", "elsewhere", "open"] as const)
    .filter((state) => rowsIn(state).length > 0)
    .map((state) => `${rowsIn(state).length} ${state} (${rowsIn(state).join(" ")})`);
  console.log(`rows: ${[`${rowsIn("covered").length} covered`, ...parts].join(", ")}`);
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.includes("--write"));
