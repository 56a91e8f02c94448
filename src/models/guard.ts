// Two promises about where a request may go: what was typed for this call must not contradict itself (2), and a
// geo from the config file or CBR_GEO is a fence that nothing leaves unless `--geo` says so (13).
import { CbrError } from "../core/errors.ts";
import type { CatalogModel } from "./catalog.ts";
import { CATALOG } from "./catalog.ts";
import { isGeoWithin, isRegionInGeo, profilesOf } from "./geos.ts";
import type { LiveLists } from "./live.ts";

/** A value and where it came from; `source` is shown to people. */
export interface Sourced {
  value: string;
  source: string;
  origin: "flag" | "environment" | "file" | "aws" | "api-key" | "default";
}

/** Where a request would be processed. */
export interface Destination {
  /** Names the way in, in errors: a model id or ARN. */
  modelId: string;
  /** null: the ARN does not tell. */
  geo: string | null;
  /** The region that is called. */
  region: string;
  /** Regions AWS named as destinations of this very profile; null: none known. */
  regions: readonly string[] | null;
}

/** Whether a geo is a fence: set in the config file or the environment, not for this one call. */
export function isGuard(geo: Sourced): boolean {
  return geo.origin === "file" || geo.origin === "environment";
}

/** The geo when it is a fence rather than a wish of this one call; else null. */
export function guardOf(geo: Sourced | null): Sourced | null {
  return geo !== null && isGuard(geo) ? geo : null;
}

/** The geo when it was asked for just now (`--geo`); else null. */
export function askedGeo(geo: Sourced | null): Sourced | null {
  return geo !== null && !isGuard(geo) ? geo : null;
}

/** Throws `geo_guard` when a request would leave the guard's geo, or could without anybody knowing. */
export function holdGuard(setting: Sourced | null, to: Destination): void {
  const geo = guardOf(setting);
  if (geo === null || staysWithin(to, geo.value)) return;
  const isUnknown = to.geo === null && to.regions === null;
  throw new CbrError("geo_guard", {
    message: isUnknown
      ? `where \`${to.modelId}\` sends requests cannot be read from it, and ${fence(geo)}`
      : `\`${to.modelId}\` in \`${to.region}\` would leave the geo, and ${fence(geo)}`,
    hint: "name the model by its alias, or say `--geo` on the command line to allow it this once",
  });
}

/** A fence that the model has no profile for: nothing can be sent. */
export function noProfileInGuard(geo: Sourced, model: CatalogModel, live: LiveLists | null): CbrError {
  const inside = CATALOG.models
    .filter((other) => other.family === model.family && other.lifecycle.status === "active")
    .filter((other) =>
      profilesOf(other.base_id, other, null, live).some((profile) => profile.geo === geo.value),
    )
    .map((other) => `\`${other.alias}\``);
  return new CbrError("geo_guard", {
    message: `${model.name} has no \`${geo.value}\` inference profile, and ${fence(geo)}`,
    hint:
      inside.length > 0
        ? `models of the family that have one: ${inside.join(", ")}`
        : "say `--geo` on the command line to allow another geo this once",
  });
}

/** Throws `geo_contradiction` when `--geo` names another geo than a typed id or ARN fixes. */
export function refuseContradiction(setting: Sourced | null, to: Destination): void {
  const geo = askedGeo(setting);
  if (geo === null || to.geo === null || to.geo === geo.value) return;
  if (to.geo === "none" && geo.value !== "global" && isRegionInGeo(to.region, geo.value)) return;
  const own = to.geo === "none" ? `stays in its region (\`${to.region}\`)` : `is of the geo \`${to.geo}\``;
  throw new CbrError("geo_contradiction", {
    message: `\`${to.modelId}\` ${own}, and ${geo.source} says \`${geo.value}\``,
  });
}

function staysWithin(to: Destination, geo: string): boolean {
  if (geo === "global") return true;
  if (to.geo !== null && to.geo !== "none") return isGeoWithin(to.geo, geo);
  if (to.geo === "none") return isRegionInGeo(to.region, geo);
  return geo !== "none" && to.regions !== null && to.regions.length > 0
    ? to.regions.every((region) => isRegionInGeo(region, geo))
    : false;
}

function fence(geo: Sourced): string {
  return `the geo \`${geo.value}\` is a guard (${geo.source})`;
}
