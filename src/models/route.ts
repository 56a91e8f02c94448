// From what the user said to the id, geo, region and API of a request. Decided before anything is sent.
import type { Api } from "../core/claude.ts";
import { CbrError } from "../core/errors.ts";
import { chooseApi } from "./api.ts";
import type { CatalogModel } from "./catalog.ts";
import { holdGuard, type Sourced } from "./guard.ts";
import { closedFamily, lifecycleWarning, type Warning } from "./lifecycle.ts";
import type { LiveLists } from "./live.ts";
import { toMantle } from "./mantle.ts";
import { toBase, toModel } from "./named.ts";
import { DEFAULT_MODEL, type ModelName, type OpenName, parseModelName } from "./names.ts";
import type { Target } from "./target.ts";
import { toArn, toTypedProfile } from "./typed.ts";

export interface RouteRequest {
  /** null: `sonnet`. */
  model: { value: string; source: string } | null;
  /** null: nothing sets a geo. From a file or the environment it is a guard. */
  geo: Sourced | null;
  /** null: nothing sets a region. */
  region: Sourced | null;
  aliases: Readonly<Record<string, string>>;
  /** false (`--no-check`): contradictions and regions are not checked; the guard holds all the same. */
  isChecked: boolean;
  /** The API asked for. */
  api: Api | null;
  live: LiveLists | null;
}

export interface Route {
  /** What goes into the URL or body: base id, mantle id, profile id or ARN. */
  modelId: string;
  /** null: an ARN that does not name it. */
  baseId: string | null;
  /** null: the catalog has never heard of it, or an ARN does not tell. */
  model: CatalogModel | null;
  /** `none`: the bare id, in-region. null: not known (ARN). */
  geo: string | null;
  region: Sourced;
  api: Api;
  apiReason: string;
  warnings: Warning[];
  notices: string[];
}

/**
 * Resolves model, geo, region and API. Throws CbrError: `unknown_model`, `model_not_offered`, `geo_not_offered`,
 * `geo_contradiction`, `region_cannot_call`, `api_not_supported` (all exit 2) and `geo_guard` (13).
 */
export function resolveRoute(request: RouteRequest): Route {
  const name = nameOf(request);
  if (name.kind === "closed-family") throw closedFamily(name.family);
  const { api, reason } = chooseApi(request.api, name, request.isChecked);
  const target = api === "mantle" ? toMantle(name, request) : toRuntime(name, request);
  const { destinations, ...route } = target;
  holdGuard(request.geo, { ...target, region: target.region.value, regions: destinations });
  const listed = request.live?.models.find((model) => model.id === target.baseId);
  const life = lifecycleWarning(target.model, listed ?? null);
  return {
    ...route,
    api,
    apiReason: reason,
    warnings: life ? [life, ...target.warnings] : target.warnings,
  };
}

/** A name that was not typed is nothing the user sees: the error says where it stands. */
function nameOf({ model, aliases, live }: RouteRequest): ModelName {
  try {
    return parseModelName(model?.value ?? DEFAULT_MODEL, aliases, live);
  } catch (error) {
    if (!(error instanceof CbrError) || model === null || /^[-/]/.test(model.source)) throw error;
    throw new CbrError(error.code, { message: `${error.message} (${model.source})`, hint: error.hint });
  }
}

function toRuntime(name: OpenName, request: RouteRequest): Target {
  switch (name.kind) {
    case "alias":
      return toModel(name.model.base_id, name.model, request);
    case "base":
      return toBase(name, request);
    case "profile":
      return toTypedProfile(name, request);
    case "arn":
      return toArn(name, request);
    default:
      return name satisfies never;
  }
}
