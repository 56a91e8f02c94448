// cbr models list: the models there are, by the names they go by.
import { Command } from "commander";
import type { Context } from "../../cli/context.ts";
import { regionOf } from "../../cli/region.ts";
import { startSpinner } from "../../cli/spinner.ts";
import { CbrError } from "../../core/errors.ts";
import { CATALOG } from "../../models/catalog.ts";
import { listModels, type ModelRow } from "../../models/list.ts";
import { type LiveLists, splitProfileId } from "../../models/live.ts";
import { renderTable } from "../../render/table.ts";
import { readLiveLists } from "../../settings/live-cache.ts";
import type { Settings } from "../../settings/settings.ts";
import { fetchLive, inOneLine } from "./live.ts";

type ListFlags = { offline?: boolean; json?: boolean; all?: boolean };

export function listCommand(context: Context): Command {
  return new Command("list")
    .description("list models, their ids and the inference profiles that can be called from the region")
    .argument("[term]", "only models whose name or ids contain this")
    .option("--offline", "ask nobody: the stored lists, else the catalog")
    .option("--all", "retired models too")
    .option("--json", "print JSON")
    .action(async (term: string | undefined, _options: unknown, command: Command) => {
      const flags = command.optsWithGlobals<ListFlags>();
      await list(context, await context.settings(flags), term ?? "", flags);
    });
}

async function list(context: Context, settings: Settings, term: string, flags: ListFlags): Promise<void> {
  const { live, region } = flags.offline
    ? await stored(context, settings)
    : await askedOrCatalog(context, settings);
  const request = { region, live, term };
  const rows = listModels({ ...request, isAll: flags.all });
  if (rows.length === 0) {
    const isHidden = listModels({ ...request, isAll: true }).length > 0;
    context.report.notice(isHidden ? "only retired models match; `--all` shows them" : "no model matches");
  }
  const { out } = context.io;
  await out.write(flags.json ? `${JSON.stringify(rows)}\n` : table(rows, context));
}

/** The lists that AWS gives now; where it gives none, one line says so and the catalog stands in. */
async function askedOrCatalog(context: Context, settings: Settings) {
  const region = regionOf(settings, context.report).value;
  const spinner = startSpinner(context, "asking AWS");
  let live: LiveLists | null = null;
  try {
    const control = await context.controlPlane(settings, region);
    try {
      live = await fetchLive(control, context);
    } finally {
      control.close();
    }
  } catch (error) {
    if (!(error instanceof CbrError) || error.exitCode === 2) throw error;
    spinner.stop();
    context.report.warn(
      "live_lists_missing",
      `AWS's live lists are missing: ${inOneLine(error)}; this is the catalog of ${CATALOG.as_of}`,
    );
  } finally {
    spinner.stop();
  }
  return { live, region };
}

async function stored(context: Context, settings: Settings) {
  const region = settings.region?.value ?? null;
  if (region === null) return { live: null, region };
  const place = { host: context.host, settings, region, mainService: "bedrock" } as const;
  const live = await readLiveLists(place);
  if (live !== null) context.report.verbose(`lists stored at ${new Date(live.fetchedAt).toISOString()}`);
  return { live, region };
}

function table(rows: readonly ModelRow[], context: Context): string {
  const { out } = context.io;
  const headers = ["MODEL", "ID", "PROFILES", "CONTEXT", "PRICE", "STATUS"];
  return renderTable(out, headers, rows.map(out.isTTY ? shortCells : cells), ["ID"]);
}

/** For scripts: whole values. */
function cells(row: ModelRow): string[] {
  return [
    row.name,
    row.base_id,
    row.profiles.join(","),
    String(row.context_window ?? ""),
    row.price === null ? "" : `${row.price.input}/${row.price.output}`,
    row.status,
    row.alias ?? "",
  ];
}

/** For people: what tells the rows apart, in 80 columns. */
function shortCells(row: ModelRow): string[] {
  const geos = row.profiles.map((id) => splitProfileId(id)?.geo ?? id);
  return [
    row.alias ?? row.name,
    row.base_id,
    geos.join(" ") || "-",
    row.context_window === null ? "-" : shortCount(row.context_window),
    row.price === null ? "-" : `$${row.price.input}/${row.price.output}`,
    row.status,
  ];
}

function shortCount(count: number): string {
  return count >= 1_000_000 ? `${count / 1_000_000}M` : `${count / 1000}K`;
}
