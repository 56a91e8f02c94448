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
  destinations: readonly string[] | null;
  warnings: Warning[];
  notices: string[];
}

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

export function noteRegion(target: Target, request: RouteRequest): void {
  if (request.region !== null) return;
  target.notices.push(
    `no region is set: using \`${target.region.value}\`; set one with \`--region\` or \`AWS_REGION\``,
  );
}

export function regionByDefault(value: string): Sourced {
  return { value, source: "default", origin: "default" };
}

export function unlisted(id: string, baseId: string): Warning {
  const near = nearestIds(baseId)[0];
  const hint = near === undefined || near === baseId ? "" : `; did you mean \`${near}\`?`;
  return { code: "model_not_in_catalog", message: `\`${id}\` is not in the catalog: sent as typed${hint}` };
}

export function list(regions: readonly string[]): string {
  const shown = regions.slice(0, 8).map((region) => `\`${region}\``);
  return shown.join(", ") + (regions.length > 8 ? ` and ${regions.length - 8} more` : "");
}
