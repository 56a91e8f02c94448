import type { Context } from "../../cli/context.ts";
import { outputFile } from "../../cli/output-file.ts";
import { CbrError } from "../../core/errors.ts";
import { sanitize } from "../../render/sanitize.ts";
import { renderTable } from "../../render/table.ts";
import type { SessionRow } from "../../sessions/list.ts";

/** `cbr sessions list`. */
export async function listSaved(context: Context, flags: { json?: boolean }): Promise<void> {
  const { io, report, host } = context;
  const { listSessions } = await import("../../sessions/list.ts");
  const rows = listSessions(await context.sessions(), (code, message) => report.warn(code, message));
  if (flags.json) return io.out.write(`${JSON.stringify(rows)}\n`);
  if (rows.length === 0) report.notice("no session is saved; `--session NAME` begins one");
  if (io.out.isTTY) {
    // Names stay whole; where they leave little room, what a session is about says more than the rest.
    const room = io.out.width - Math.max(0, ...rows.map(({ name }) => name.length));
    const columns = SESSION_COLUMNS.filter(({ needs }) => needs <= room);
    const cells = rows.map((row) => columns.map(({ cell }) => cell(row, host.now())));
    const headers = columns.map(({ header }) => header);
    return io.out.write(renderTable(io.out, headers, cells));
  }
  const cells = rows.map((row) =>
    [row.name, row.model, row.turns, row.created, row.updated, row.bytes, row.title].map((cell) =>
      String(cell ?? ""),
    ),
  );
  await io.out.write(
    renderTable(io.out, ["NAME", "MODEL", "TURNS", "CREATED", "UPDATED", "BYTES", "TITLE"], cells),
  );
}

interface SessionColumn {
  header: string;
  /** The least room beside the names that it is worth. */
  needs: number;
  cell(row: SessionRow, now: number): string;
}

const SESSION_COLUMNS: readonly SessionColumn[] = [
  { header: "NAME", needs: Number.NEGATIVE_INFINITY, cell: ({ name }) => name },
  { header: "TURNS", needs: 16, cell: ({ turns }) => String(turns ?? "?") },
  { header: "UPDATED", needs: 36, cell: ({ updated }, now) => age(now - Date.parse(updated)) },
  { header: "MODEL", needs: 36, cell: ({ model }) => model ?? "" },
  { header: "TITLE", needs: Number.NEGATIVE_INFINITY, cell: ({ title }) => title ?? "" },
];

/** `cbr sessions show`. */
export async function showSession(context: Context, name: string, flags: { json?: boolean }): Promise<void> {
  const { out } = context.io;
  const pieces = exported(context, name, flags.json ? "json" : "markdown");
  if (!out.isTTY || flags.json) return printAll(context, pieces);
  const { markdownRenderer } = await import("../../render/markdown/renderer.ts");
  const markdown = markdownRenderer({ width: () => out.width, color: out.color, hyperlinks: false });
  for await (const piece of pieces) await out.write(markdown.push(piece));
  await out.write(markdown.end());
}

/** `cbr sessions export`. */
export async function exportSession(
  context: Context,
  name: string,
  flags: { format?: string; json?: boolean; output?: string },
): Promise<void> {
  const { host } = context;
  const format = formatOf(flags);
  if (flags.output === "") throw new CbrError("bad_flag_value", { message: "`--output` needs a path" });
  if (flags.output === undefined || flags.output === "-") {
    return printAll(context, exported(context, name, format));
  }
  const file = await outputFile(flags.output, host.cwd);
  const pieces: string[] = [];
  for await (const piece of exported(context, name, format)) pieces.push(piece);
  await file.save(pieces.join(""));
}

/** `cbr sessions search`. */
export async function searchSaved(context: Context, text: string, flags: { json?: boolean }): Promise<void> {
  const { io, report } = context;
  if (text.trim() === "")
    throw new CbrError("usage", { message: "there is nothing to search for", hint: null });
  const { searchSessions } = await import("../../sessions/search.ts");
  const sessions = await context.sessions();
  const matches = [...searchSessions(sessions, text, (code, message) => report.warn(code, message))];
  if (flags.json) return io.out.write(`${JSON.stringify(matches)}\n`);
  if (matches.length === 0) report.notice("nothing found");
  const cells = matches.map(({ name, at, role, excerpt }) => {
    const who = role === "user" ? "you" : "Claude";
    return io.out.isTTY ? [name, who, excerpt] : [name, at ?? "", role, excerpt];
  });
  const headers = io.out.isTTY ? ["NAME", "WHO", "TEXT"] : ["NAME", "AT", "ROLE", "TEXT"];
  await io.out.write(renderTable(io.out, headers, cells));
}

async function printAll({ io }: Context, pieces: AsyncIterable<string>): Promise<void> {
  for await (const piece of pieces) await io.out.write(io.out.isTTY ? sanitize(piece) : piece);
}

async function* exported(
  context: Context,
  name: string,
  format: "markdown" | "json",
): AsyncGenerator<string, void> {
  const session = await (await context.sessions()).open(name, "read");
  try {
    const { sessionJson, sessionMarkdown } = await import("../../sessions/export.ts");
    if (format === "json") yield `${JSON.stringify(sessionJson(session))}\n`;
    else yield* sessionMarkdown(session);
  } finally {
    session.close();
  }
}

function formatOf(flags: { format?: string; json?: boolean }): "markdown" | "json" {
  switch (flags.format) {
    case undefined:
      return flags.json ? "json" : "markdown";
    case "json":
      return "json";
    case "markdown":
    case "md":
      if (flags.json)
        throw new CbrError("flag_conflict", {
          message: "`--json` and `--format markdown` contradict each other",
        });
      return "markdown";
    default:
      throw new CbrError("bad_flag_value", { message: "`--format` must be markdown or json" });
  }
}

function age(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? "yesterday" : `${days} days ago`;
}
