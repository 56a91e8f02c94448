// Everything known of one model, as `cbr models show --json` prints it.
import type { Availability } from "../../core/control-plane.ts";
import { CATALOG, type CatalogModel } from "../../models/catalog.ts";
import { canCall, profilesOf, type UsableProfile } from "../../models/geos.ts";
import { isOnDemand, type LiveLists } from "../../models/live.ts";
import { priceOf } from "../../models/prices.ts";

export interface Subject {
  baseId: string;
  /** null: the catalog does not know it. */
  model: CatalogModel | null;
  /** null: not set. */
  region: string | null;
  live: LiveLists | null;
  availability: Availability | null;
}

export type Details = ReturnType<typeof detailsOf>;

/** The catalog's facts, with what AWS said of the model where it was asked. */
export function detailsOf(subject: Subject) {
  const { baseId, model, region, live, availability } = subject;
  const profiles = profilesOf(baseId, model, region, live);
  const listed = live?.models.find((candidate) => candidate.id === baseId);
  return {
    name: model?.name ?? listed?.name ?? baseId,
    alias: model?.alias ?? null,
    family: model?.family ?? null,
    base_id: baseId,
    mantle_id: model?.mantle_id ?? null,
    status: model?.lifecycle.status ?? (listed?.lifecycle === "LEGACY" ? "legacy" : "active"),
    lifecycle: model && { launched: model.launched, ...model.lifecycle },
    apis: model?.apis ?? null,
    profiles: profiles.map((profile) => profileDetails(profile, subject)),
    on_demand: {
      here: region === null ? null : isOnDemand(baseId, model, region, live),
      regions: model?.on_demand_regions ?? null,
    },
    mantle_regions: model?.mantle_regions ?? null,
    limits: model && {
      context_window: model.context_window,
      max_output_tokens: model.max_output_tokens,
      cache_min_tokens: model.cache.min_tokens,
    },
    modalities: model && { input: model.modalities, pdf: model.pdf },
    parameters: model && {
      thinking: model.thinking,
      effort: model.effort,
      sampling: model.sampling,
      forced_tool_choice: model.forced_tool_choice,
      prefill: model.prefill,
      structured_output: model.structured_output,
      cache_ttls: model.cache.ttls,
      count_tokens: model.count_tokens,
      batch: model.batch,
      service_tiers: model.service_tiers,
    },
    prices: model && prices(model, profiles),
    data_retention: model?.data_retention ?? null,
    catalog_as_of: CATALOG.as_of,
    live:
      live === null
        ? null
        : {
            fetched_at: new Date(live.fetchedAt).toISOString(),
            region: live.region,
            is_listed: listed !== undefined,
            lifecycle: listed?.lifecycle ?? null,
            inference_types: listed?.inferenceTypes ?? [],
            application_profiles: applicationProfiles(live, baseId),
            availability: availability && {
              agreement: availability.agreement.status,
              authorization: availability.authorization,
              entitlement: availability.entitlement,
              region: availability.region,
            },
          },
  };
}

function profileDetails(profile: UsableProfile, { region, live }: Subject) {
  const listed = live?.profiles.find(({ id }) => id === profile.id);
  const sources = profile.sourceRegions && [...new Set(profile.sourceRegions)];
  const listedTo = listed && listed.destinationRegions.length > 0 ? listed.destinationRegions : null;
  return {
    id: profile.id,
    geo: profile.geo,
    standing: profile.standing,
    source_regions: sources,
    /** null: only a live list of a source region tells. A global profile may go to every region that has it. */
    destination_regions: profile.geo === "global" ? sources : listedTo,
    callable_here: region === null ? null : canCall(profile, region),
  };
}

/** USD per million tokens, one entry a route that the model has. */
function prices(model: CatalogModel, profiles: readonly UsableProfile[]) {
  const geos = [...new Set(["global", ...profiles.map((profile) => profile.geo), "none"])].filter(
    (geo) => geo === "none" || geo === "global" || profiles.some((profile) => profile.geo === geo),
  );
  const { long_prompt: long } = model;
  return geos.map((geo) => ({
    route: geo === "none" ? "in-region" : geo,
    price: priceOf(model, geo),
    long_prompt:
      long === null
        ? null
        : {
            above_tokens: long.above_tokens,
            price: priceOf(model, geo, { promptTokens: long.above_tokens + 1 }),
          },
  }));
}

function applicationProfiles(live: LiveLists, baseId: string): string[] {
  return live.profiles.flatMap(({ id, arn, modelIds }) => {
    const isOwn = arn?.includes(":application-inference-profile/") && id !== baseId;
    return isOwn && arn && modelIds.some((other) => other.endsWith(baseId)) ? [arn] : [];
  });
}
