// Mantle: bare ids, answered in the region that is called.
import { CbrError } from "../core/errors.ts";
import { isRegionInGeo, regionsOfGeo } from "./geos.ts";
import { askedGeo, guardOf } from "./guard.ts";
import type { OpenName } from "./names.ts";
import type { RouteRequest } from "./route.ts";
import { list, noteRegion, regionByDefault, type Target, unlisted } from "./target.ts";

/** Mantle knows bare ids only and answers in the region that is called. */
export function toMantle(name: OpenName, request: RouteRequest): Target {
  const { model } = name;
  const baseId = name.kind === "alias" ? name.model.base_id : (name.baseId ?? "");
  const typed = name.kind === "base" ? name.baseId : name.kind === "arn" ? name.arn.text : baseId;
  const fence = guardOf(request.geo)?.value ?? "none";
  const inFence = (model?.mantle_regions ?? []).filter((region) => isRegionInGeo(region, fence));
  const first = inFence[0] ?? (fence === "none" || fence === "global" ? undefined : regionsOfGeo(fence)?.[0]);
  const target: Target = {
    modelId: model?.mantle_id ?? typed,
    baseId: model?.base_id ?? baseId,
    model,
    geo: "none",
    region: request.region ?? regionByDefault(first ?? "us-east-1"),
    destinations: null,
    warnings: [],
    notices: [],
  };
  noteRegion(target, request);
  const asked = askedGeo(request.geo);
  if (request.isChecked && asked !== null && asked.value !== "none") {
    throw new CbrError("geo_contradiction", {
      message: `the API \`mantle\` stays in its region and has no inference profiles, and ${asked.source} says \`${asked.value}\``,
      hint: "drop `--geo`, or use `--api invoke`",
    });
  }
  const regions = model?.mantle_regions;
  if (regions && regions.length > 0 && !regions.includes(target.region.value)) {
    target.warnings.push({
      code: "mantle_region_unlisted",
      message: `${model?.name} on mantle is known in ${list(regions)}, not in \`${target.region.value}\``,
    });
  }
  if (model === null) target.warnings.push(unlisted(typed, typed));
  return target;
}
