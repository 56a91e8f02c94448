// What AWS itself listed for one account and region. It beats the catalog; without it (null) the catalog stands alone.
import type { CatalogModel } from "./catalog.ts";

/** ListInferenceProfiles and ListFoundationModels, all pages, as one region answered. */
export interface LiveLists {
  profiles: readonly LiveProfile[];
  models: readonly LiveModel[];
  region: string;
  /** Milliseconds since 1970. */
  fetchedAt: number;
}
export interface LiveProfile {
  id: string;
  arn?: string;
  /** Base ids, or ARNs that end in one. */
  modelIds: readonly string[];
  destinationRegions: readonly string[];
  status?: string;
}
export interface LiveModel {
  id: string;
  name: string;
  /** `ACTIVE` or `LEGACY`. */
  lifecycle: string;
  /** `ON_DEMAND`, `INFERENCE_PROFILE`, `PROVISIONED`. */
  inferenceTypes: readonly string[];
}

/** Splits `eu.anthropic.claude-…` into its geo and base id; null for anything else. */
export function splitProfileId(id: string): { geo: string; baseId: string } | null {
  const match = /^([a-z]+(?:-[a-z]+)?)\.(anthropic\..+)$/.exec(id);
  return match ? { geo: match[1] as string, baseId: match[2] as string } : null;
}

/** The base id at the end of a foundation-model ARN, or the id itself. */
export function baseIdOf(idOrArn: string): string {
  return idOrArn.slice(idOrArn.lastIndexOf("/") + 1);
}

/** The system profiles (`global.…`, `us.…`) that a list has for a model. */
export function liveProfilesOf(live: LiveLists, baseId: string): { geo: string; id: string }[] {
  return live.profiles.flatMap((profile) => {
    const parts = splitProfileId(profile.id);
    const isOfModel = parts?.baseId === baseId || profile.modelIds.some((id) => baseIdOf(id) === baseId);
    return parts && isOfModel ? [{ geo: parts.geo, id: profile.id }] : [];
  });
}

/** The lists, if they are those of `region`: elsewhere other profiles exist. */
export function liveFor(live: LiveLists | null, region: string | null): LiveLists | null {
  return live !== null && live.region === region ? live : null;
}

/** Whether a region serves a base id without a profile; the catalog answers where no live list of that region does. */
export function isOnDemand(
  baseId: string,
  model: CatalogModel | null,
  region: string | null,
  live: LiveLists | null,
): boolean {
  if (region === null) return false;
  const here = liveFor(live, region)?.models ?? [];
  if (here.length > 0) {
    return here.find((candidate) => candidate.id === baseId)?.inferenceTypes.includes("ON_DEMAND") ?? false;
  }
  return model?.on_demand_regions.includes(region) ?? false;
}
