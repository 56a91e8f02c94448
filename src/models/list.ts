// The rows of `models list`: the catalog joined with what AWS listed, which beats it.
import { CATALOG, type CatalogModel, FAMILIES, type ModelStatus } from "./catalog.ts";
import { canCall, profilesOf } from "./geos.ts";
import { baseIdOf, isOnDemand, type LiveLists, type LiveModel, liveFor, splitProfileId } from "./live.ts";
import { namesOf } from "./names.ts";

/** One model, as `models list --json` prints it. */
export interface ModelRow {
  name: string;
  /** null for a model newer than the catalog whose id tells no family and version. */
  alias: string | null;
  base_id: string;
  /** Profile ids that the region can call; all of them where no region is set. */
  profiles: string[];
  status: ModelStatus;
  context_window: number | null;
  max_output_tokens: number | null;
  /** Global list price, USD per million tokens. */
  price: { input: number; output: number } | null;
  source: "live" | "catalog";
  /** Whether the region can call it; null: not known. */
  usable_here: boolean | null;
}

export interface ListRequest {
  /** null: no region is set. */
  region: string | null;
  /** null: not asked, or not allowed to. */
  live: LiveLists | null;
  /** Case-insensitive, matched against name, alias and ids. */
  term?: string | undefined;
  /** Also models that no longer can be called in any way. */
  isAll?: boolean | undefined;
}

/** Rows by family (opus, sonnet, haiku, fable, mythos), newest first; models new to the catalog lead their family. */
export function listModels(request: ListRequest): ModelRow[] {
  const known = CATALOG.models.map((model) => ({ model, row: catalogRow(model, request) }));
  const unknown = newModels(request.live).map((model) => ({ model: null, row: liveRow(model, request) }));
  return [...unknown.sort((a, b) => compare(b.row, a.row)), ...known]
    .filter(({ model, row }) => request.isAll || model === null || isStillCallable(row, model))
    .filter(({ model, row }) => matches(row, model, request.term))
    .map(({ row }) => row)
    .sort((a, b) => familyOrder(a) - familyOrder(b));
}

function catalogRow(model: CatalogModel, { region, live }: ListRequest): ModelRow {
  const listed = live?.models.find((other) => other.id === model.base_id);
  const here = liveFor(live, region);
  const all = profilesOf(model.base_id, model, region, live);
  // Where AWS answered for this region, its list is complete: what it lacks cannot be called here.
  const usable = here
    ? all.filter((profile) => profile.standing === "listed")
    : all.filter((profile) => region === null || canCall(profile, region));
  const isListed = listed !== undefined || (here !== null && usable.length > 0);
  return {
    name: model.name,
    alias: model.alias,
    base_id: model.base_id,
    profiles: usable.map((profile) => profile.id),
    status: statusOf(model, listed),
    context_window: model.context_window,
    max_output_tokens: model.max_output_tokens,
    price: model.price && { input: model.price.input, output: model.price.output },
    source: isListed ? "live" : "catalog",
    usable_here: isUsable(model, usable.length > 0, { region, live }),
  };
}

function liveRow(
  model: { id: string; name: string; listed: LiveModel | null },
  request: ListRequest,
): ModelRow {
  const { region, live } = request;
  const profiles = profilesOf(model.id, null, region, live);
  const isHere = liveFor(live, region) !== null;
  return {
    name: model.name,
    alias: aliasOf(model.id),
    base_id: model.id,
    profiles: profiles.map((profile) => profile.id),
    status: model.listed?.lifecycle === "LEGACY" ? "legacy" : "active",
    context_window: null,
    max_output_tokens: null,
    price: null,
    source: "live",
    usable_here: isHere ? profiles.length > 0 || isOnDemand(model.id, null, region, live) : null,
  };
}

/** Models that AWS lists and the catalog has never heard of; sized variants (`…:200k`) are not models of their own. */
function newModels(live: LiveLists | null): { id: string; name: string; listed: LiveModel | null }[] {
  if (live === null) return [];
  const ids = new Set(CATALOG.models.map((model) => model.base_id));
  const listed = live.models
    .filter(({ id }) => id.startsWith("anthropic.") && !/:\d+k$/.test(id) && !ids.has(id))
    .map((model) => ({ id: model.id, name: model.name, listed: model }));
  for (const { id } of listed) ids.add(id);
  const profiled = live.profiles.flatMap(({ id, modelIds }) => {
    const baseId = splitProfileId(id)?.baseId;
    const isOfKnown = modelIds.some((modelId) => ids.has(baseIdOf(modelId)));
    if (baseId === undefined || ids.has(baseId) || isOfKnown) return [];
    ids.add(baseId);
    return [{ id: baseId, name: baseId.replace(/^anthropic\./, ""), listed: null }];
  });
  return [...new Map([...listed, ...profiled].map((model) => [model.id, model])).values()];
}

function statusOf(model: CatalogModel, listed: LiveModel | undefined): ModelStatus {
  if (listed?.lifecycle === "LEGACY") return "legacy";
  if (listed?.lifecycle === "ACTIVE" && model.lifecycle.status !== "preview") return "active";
  return model.lifecycle.status;
}

function isUsable(model: CatalogModel, hasProfile: boolean, { region, live }: ListRequest): boolean | null {
  if (region === null) return null;
  if (hasProfile || isOnDemand(model.base_id, model, region, live)) {
    return model.lifecycle.access === "gated" && liveFor(live, region) === null ? null : true;
  }
  const isOnMantle = model.mantle_regions?.includes(region) ?? false;
  if (isOnMantle) return model.lifecycle.access === "gated" ? null : true;
  return model.lifecycle.access === "gated" && model.mantle_regions === null ? null : false;
}

function isStillCallable(row: ModelRow, model: CatalogModel): boolean {
  return row.status !== "retired" || model.profiles.some((profile) => profile.offered);
}

function matches(row: ModelRow, model: CatalogModel | null, term: string | undefined): boolean {
  if (term === undefined || term === "") return true;
  const wanted = term.toLowerCase();
  const words = [row.name, row.alias ?? "", row.base_id, ...row.profiles, ...(model ? namesOf(model) : [])];
  return words.some((word) => word.toLowerCase().includes(wanted));
}

/** Family-version, as the catalog would call it: `claude-opus-6-1-20270101-v1:0` is `opus-6.1`. */
function aliasOf(baseId: string): string | null {
  const match = /^anthropic\.claude-([a-z]+)-(\d{1,2})(?:-(\d{1,2}))?(?:-\d{8})?(?:-v\d+(?::\d+)?)?$/.exec(
    baseId,
  );
  return match ? `${match[1]}-${match[2]}${match[3] === undefined ? "" : `.${match[3]}`}` : null;
}

function familyOrder(row: ModelRow): number {
  const at = FAMILIES.findIndex((family) => row.base_id.includes(family));
  return at === -1 ? FAMILIES.length : at;
}

function compare(a: ModelRow, b: ModelRow): number {
  return (a.alias ?? a.base_id).localeCompare(b.alias ?? b.base_id, "en", { numeric: true });
}
