// A profile id or ARN as it was typed: used as it is, and only checked.
import { CbrError } from "../core/errors.ts";
import { modelById } from "./catalog.ts";
import { geoOfDestinations, profilesOf, regionsOfGeo, type UsableProfile } from "./geos.ts";
import { holdGuard, refuseContradiction } from "./guard.ts";
import { baseIdOf } from "./live.ts";
import { toProfile } from "./named.ts";
import type { ModelName } from "./names.ts";
import type { RouteRequest } from "./route.ts";
import { noteRegion, refuseRegion, type Target, unlisted } from "./target.ts";

/** A profile id as typed: never replaced; a warning where nobody knows it. */
export function toTypedProfile(name: Extract<ModelName, { kind: "profile" }>, request: RouteRequest): Target {
  const profiles = profilesOf(name.baseId, name.model, request.region?.value ?? null, request.live);
  const known = profiles.find((profile) => profile.id === name.profileId);
  const profile: UsableProfile = known ?? {
    geo: name.geo,
    id: name.profileId,
    sourceRegions: regionsOfGeo(name.geo),
    standing: "catalog",
  };
  const target = toProfile(profile, name.baseId, name.model, request);
  if (known === undefined && name.model?.lifecycle.status !== "retired") {
    target.warnings.push(unlisted(name.profileId, name.baseId));
  }
  if (!request.isChecked) return target;
  refuseContradiction(request.geo, { ...target, region: target.region.value, regions: null });
  if (known) {
    holdGuard(request.geo, { ...target, region: target.region.value, regions: null });
    refuseRegion(known, target, profiles, request);
  }
  return target;
}

/** An ARN as typed, in its own region; what it stands for is read from it or from the live lists. */
export function toArn(name: Extract<ModelName, { kind: "arn" }>, request: RouteRequest): Target {
  const { arn } = name;
  const listed = request.live?.profiles.find((profile) => profile.arn === arn.text);
  const baseId = name.baseId ?? (listed?.modelIds[0] === undefined ? null : baseIdOf(listed.modelIds[0]));
  const geo = name.geo ?? (listed ? geoOfDestinations(listed.destinationRegions, listed.modelIds) : null);
  const target: Target = {
    modelId: arn.text,
    baseId,
    model: name.model ?? (baseId === null ? null : modelById(baseId)),
    geo,
    region: request.region ?? { value: arn.region ?? "us-east-1", source: "model ARN", origin: "default" },
    destinations: listed?.destinationRegions ?? null,
    warnings: [],
    notices: [],
  };
  if (request.region === null && arn.region === null) noteRegion(target, request);
  const profiles = baseId === null ? [] : profilesOf(baseId, target.model, target.region.value, request.live);
  const known = profiles.find((profile) => profile.geo === name.geo);
  if (baseId !== null && name.model?.lifecycle.status !== "retired") {
    const isUnheard = arn.kind === "inference-profile" ? known === undefined : name.model === null;
    if (isUnheard && listed === undefined) target.warnings.push(unlisted(arn.name, baseId));
  }
  if (!request.isChecked) return target;
  if (arn.region !== null && arn.region !== target.region.value) {
    throw new CbrError("region_cannot_call", {
      message: `the ARN is of \`${arn.region}\`, and the region is \`${target.region.value}\` (${target.region.source})`,
      hint: `use \`--region ${arn.region}\``,
    });
  }
  refuseContradiction(request.geo, { ...target, region: target.region.value, regions: null });
  if (arn.kind === "inference-profile" && known) {
    holdGuard(request.geo, { ...target, region: target.region.value, regions: null });
    refuseRegion(known, target, profiles, request);
  }
  return target;
}
