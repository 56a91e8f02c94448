// `--fallback-region` and `--fallback-model`. Few name any: what chooses them is loaded for those who do.
import { buildRequest, chooseRoute, type RequestParts } from "../../cli/build-request.ts";
import type { Context } from "../../cli/context.ts";
import { CbrError } from "../../core/errors.ts";
import { geosOfRegion, isRegionInGeo } from "../../models/geos.ts";
import { isGuard, type Sourced } from "../../models/guard.ts";
import type { LiveLists } from "../../models/live.ts";
import type { Route } from "../../models/route.ts";
import type { Candidate } from "./candidates.ts";
import type { InvokeFlags } from "./command.ts";

/** Regions before the model, in the order given. Throws CbrError for one that could not be called, or would leave the geo. */
export function fallbacksFor(
  context: Context,
  primary: Route,
  parts: RequestParts & { flags: InvokeFlags },
  live: LiveLists | null,
): Candidate[] {
  const { flags, settings } = parts;
  const fallbacks: Candidate[] = [];
  const guard = settings.geo !== null && isGuard(settings.geo) ? settings.geo : null;
  // Without a guard the geo in use is as good as asked for: no fallback leaves it.
  const inUse =
    primary.geo === null ? null : { value: primary.geo, source: "the geo in use", origin: "flag" as const };
  const geo = guard ?? inUse;
  for (const region of flags.fallbackRegion ?? []) {
    const stays =
      guard !== null
        ? isRegionInGeo(region, guard.value)
        : primary.geo !== "none" || sharesGeo(region, primary.region.value);
    if (!stays) throw leaves(`--fallback-region ${region}`, guard, primary.region.value);
    const route = chooseRoute(context, flags, settings, {
      live,
      geo: isTypedId(settings.model?.value) ? settings.geo : geo,
      region: { value: region, source: "--fallback-region", origin: "flag" },
    });
    fallbacks.push({ route, ...buildRequest(context, route, parts) });
  }
  if (flags.fallbackModel !== undefined) {
    const model = { value: flags.fallbackModel, source: "--fallback-model" };
    const route = chooseRoute(context, flags, settings, {
      live,
      model,
      geo: geo ?? settings.geo ?? geoNear(primary.region.value),
      region: primary.region,
    });
    fallbacks.push({ route, ...buildRequest(context, route, parts) });
  }
  return fallbacks;
}

function leaves(flag: string, guard: Sourced | null, region: string): CbrError {
  const place = guard === null ? `\`${region}\`` : `the geo \`${guard.value}\`, a guard (${guard.source})`;
  return new CbrError("geo_guard", {
    message: `\`${flag}\` would leave ${place}`,
    hint: "name a region of the same geo",
  });
}

/** Where an ARN sends its requests may be untold; then only what stays around its region is sure not to leave. */
function geoNear(region: string): Sourced {
  const source = "the region's geo: where the ARN sends requests is not known";
  return { value: geosOfRegion(region)[0] ?? "none", source, origin: "flag" };
}

function isTypedId(model: string | undefined): boolean {
  return model !== undefined && /^(arn:|[a-z-]+\.anthropic\.)/.test(model);
}

function sharesGeo(a: string, b: string): boolean {
  const geos = new Set(geosOfRegion(a).filter((geo) => geo !== "global"));
  return geosOfRegion(b).some((geo) => geos.has(geo));
}
