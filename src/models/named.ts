// A model asked for by name: which of its inference profiles is called, or the bare id.
import { CbrError } from "../core/errors.ts";
import type { CatalogModel } from "./catalog.ts";
import {
  canCall,
  firstSourceRegion,
  geosOfRegion,
  isRegionInGeo,
  profilesOf,
  regionsOfGeo,
  type UsableProfile,
} from "./geos.ts";
import { askedGeo, guardOf, noProfileInGuard } from "./guard.ts";
import { notOffered } from "./lifecycle.ts";
import { isOnDemand } from "./live.ts";
import type { ModelName } from "./names.ts";
import type { RouteRequest } from "./route.ts";
import { noteRegion, refuseRegion, regionByDefault, type Target, unlisted } from "./target.ts";

/** A model by name: the geo decides which of its profiles is called. */
export function toModel(baseId: string, model: CatalogModel | null, request: RouteRequest): Target {
  const region = request.region?.value ?? null;
  const profiles = profilesOf(baseId, model, region, request.live);
  const isBareServed = isOnDemand(baseId, model, region, request.live);
  if (request.isChecked && model && profiles.length === 0 && !isBareServed) throw notOffered(model);
  const geo = request.geo?.value ?? defaultGeo(profiles, region, isBareServed);
  if (geo === "none") return toBareId(baseId, model, request);

  const profile = profiles.find((candidate) => candidate.geo === geo);
  if (profile === undefined) return toMissingProfile(baseId, model, geo, profiles, request);
  const target = toProfile(profile, baseId, model, request);
  if (request.isChecked) refuseRegion(profile, target, profiles, request);
  if (profile.standing === "catalog" && profiles.some((other) => other.standing === "listed")) {
    target.warnings.push({
      code: "profile_not_listed",
      message: `\`${profile.id}\` is in the catalog, and AWS did not list it for \`${target.region.value}\``,
    });
  }
  if (geo === "global" && request.geo === null) noteGlobal(target, profiles, model);
  return target;
}

/** A base id as typed: bare where the region serves it on demand, else as an alias of its model. */
export function toBase(name: Extract<ModelName, { kind: "base" }>, request: RouteRequest): Target {
  const { model } = name;
  const baseId = model?.base_id ?? name.baseId;
  const region = request.region?.value ?? null;
  const isBareServed = isOnDemand(baseId, model, region, request.live);
  const asked = askedGeo(request.geo);
  const guard = guardOf(request.geo);
  const isWithinGuard = guard === null || (region !== null && isRegionInGeo(region, guard.value));
  if (isBareServed && asked === null && isWithinGuard) return toBareId(baseId, model, request);
  if (model === null && profilesOf(baseId, null, region, request.live).length === 0) {
    if (asked !== null && asked.value !== "none") {
      return toMissingProfile(baseId, null, asked.value, [], request);
    }
    const target = toBareId(baseId, null, request);
    const isListed = request.live?.models.some((listed) => listed.id === baseId) ?? false;
    if (!isListed) target.warnings.push(unlisted(baseId, baseId));
    return target;
  }
  const target = toModel(baseId, model, request);
  if (asked === null && target.modelId !== name.baseId) {
    target.notices.push(
      `\`${name.baseId}\` is not served on demand in \`${target.region.value}\`: calling \`${target.modelId}\``,
    );
  }
  return target;
}

/** The request through one inference profile, from the region that is set or the first that can call it. */
export function toProfile(
  profile: UsableProfile,
  baseId: string,
  model: CatalogModel | null,
  request: RouteRequest,
): Target {
  const target: Target = {
    modelId: profile.id,
    baseId,
    model,
    geo: profile.geo,
    region: request.region ?? regionByDefault(firstSourceRegion(profile)),
    destinations: null,
    warnings: [],
    notices: [],
  };
  if (profile.standing === "conflict") {
    target.warnings.push({
      code: "profile_unconfirmed",
      message: `\`${profile.id}\` is in Anthropic's table of profiles and not in AWS's: the call may fail`,
    });
  }
  noteRegion(target, request);
  return target;
}

/** The id without a prefix, processed in the region that is called. */
function toBareId(baseId: string, model: CatalogModel | null, request: RouteRequest): Target {
  const target: Target = {
    modelId: baseId,
    baseId,
    model,
    geo: "none",
    region: request.region ?? regionByDefault(model?.on_demand_regions[0] ?? "us-east-1"),
    destinations: null,
    warnings: [],
    notices: [],
  };
  if (model && !isOnDemand(baseId, model, target.region.value, request.live)) {
    target.warnings.push({
      code: "not_on_demand",
      message: `\`${target.region.value}\` is not known to serve \`${baseId}\` without an inference profile`,
    });
  }
  noteRegion(target, request);
  return target;
}

/**
 * Global where the model has it, else the geo of the region. A profile that the region cannot call is passed over
 * for one that it can; if there is none, the first is returned and the region's check says what exists.
 * What AWS listed for the region beats what the catalog has besides.
 */
function defaultGeo(every: readonly UsableProfile[], region: string | null, isBareServed: boolean): string {
  const listed = every.filter((profile) => profile.standing === "listed");
  const profiles = listed.length > 0 ? listed : every;
  const wanted = ["global", ...(region === null ? [] : geosOfRegion(region))];
  const has = (geo: string) => profiles.find((profile) => profile.geo === geo);
  const isCallable = (geo: string) => {
    const profile = has(geo);
    return profile !== undefined && (region === null || canCall(profile, region));
  };
  const near = wanted.find(isCallable);
  if (near !== undefined) return near;
  if (isBareServed || profiles.length === 0) return "none";
  return wanted.find((geo) => has(geo) !== undefined) ?? (profiles[0] as UsableProfile).geo;
}

function toMissingProfile(
  baseId: string,
  model: CatalogModel | null,
  geo: string,
  profiles: readonly UsableProfile[],
  request: RouteRequest,
): Target {
  const guard = guardOf(request.geo);
  if (guard !== null && model) throw noProfileInGuard(guard, model, request.live);
  if (request.isChecked) {
    const what = model?.name ?? `\`${baseId}\``;
    const geos = profiles.map((profile) => `\`${profile.geo}\``);
    throw new CbrError("geo_not_offered", {
      message: `${what} has no \`${geo}\` inference profile (${request.geo?.source ?? "default geo"})`,
      hint:
        geos.length > 0
          ? `it has ${geos.join(", ")}`
          : "no profile of it is known; `cbr models refresh` asks AWS, and `--no-check` sends anyway",
    });
  }
  const guess = {
    geo,
    id: `${geo}.${baseId}`,
    sourceRegions: regionsOfGeo(geo),
    standing: "catalog",
  } as const;
  return toProfile(guess, baseId, model, request);
}

function noteGlobal(target: Target, profiles: readonly UsableProfile[], model: CatalogModel | null): void {
  const region = target.region.value;
  if (target.region.origin === "default" || region.startsWith("us-")) return;
  const near = geosOfRegion(region)
    .map((geo) => profiles.find((profile) => profile.geo === geo))
    .find((profile) => profile !== undefined && canCall(profile, region));
  target.notices.push(
    near
      ? `\`${target.modelId}\` may be processed in any region: \`--geo ${near.geo}\` keeps it there`
      : `\`${target.modelId}\` may be processed in any region; ${model?.name ?? "the model"} has no profile that stays near \`${region}\``,
  );
}
