// Where a request goes: the result of each way to name a model, and the words they share.
import { CbrError } from "../core/errors.ts";
import type { CatalogModel } from "./catalog.ts";
import { canCall, type UsableProfile } from "./geos.ts";
import { guardOf, type Sourced } from "./guard.ts";
import type { Warning } from "./lifecycle.ts";
import { nearestIds } from "./names.ts";
import type { RouteRequest } from "./route.ts";

/** Where a request goes, before warnings about the model itself. */
export interface Target {
  modelId: string;
  baseId: string | null;
  model: CatalogModel | null;
  geo: string | null;
  region: Sourced;
  /** Regions AWS named for this very profile; null: not asked. */
  destinations: readonly string[] | null;
  warnings: Warning[];
  notices: string[];
}

/** Throws `region_cannot_call` when the region is none of the profile's source regions, saying what would do. */
export function refuseRegion(
  profile: UsableProfile,
  target: Target,
  profiles: readonly UsableProfile[],
  request: RouteRequest,
): void {
  const { value: region, source } = target.region;
  if (canCall(profile, region)) return;
  const here = profiles.filter((other) => other !== profile && canCall(other, region));
  const geos = here.map((other) => `\`--geo ${other.geo}\``);
  const isFenced = guardOf(request.geo) !== null;
  throw new CbrError("region_cannot_call", {
    message: `\`${region}\` (${source}) cannot call \`${profile.id}\`, which has the source regions ${list(profile.sourceRegions ?? [])}`,
    hint:
      geos.length > 0 && !isFenced
        ? `choose one of them with \`--region\`, or use ${geos.join(" or ")}`
        : `choose one of them with \`--region\``,
  });
}

/** The one notice that a region was chosen for the user. */
export function noteRegion(target: Target, request: RouteRequest): void {
  if (request.region !== null) return;
  target.notices.push(
    `no region is set: using \`${target.region.value}\`; set one with \`--region\` or \`AWS_REGION\``,
  );
}

/** A region that nobody set. */
export function regionByDefault(value: string): Sourced {
  return { value, source: "default", origin: "default" };
}

/** The warning about an id that only the user knows; `baseId` is what may have been mistyped. */
export function unlisted(id: string, baseId: string): Warning {
  const near = nearestIds(baseId)[0];
  const hint = near === undefined || near === baseId ? "" : `; did you mean \`${near}\`?`;
  return { code: "model_not_in_catalog", message: `\`${id}\` is not in the catalog: sent as typed${hint}` };
}

/** Regions for a sentence, a long list cut. */
export function list(regions: readonly string[]): string {
  const shown = regions.slice(0, 8).map((region) => `\`${region}\``);
  return shown.join(", ") + (regions.length > 8 ? ` and ${regions.length - 8} more` : "");
}
