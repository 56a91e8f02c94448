// What the mock must know of a model to treat a request for it as the service would. Facts come from the catalog; the
// rules that follow from them are the mock's own, so that they and the program's rules check each other.
import { CATALOG, type CatalogModel } from "../models/catalog.ts";

export interface MockProfile {
  id: string;
  geo: string;
  /** Regions from which it may be called. */
  sourceRegions: readonly string[];
}

export interface Resolved {
  model: CatalogModel;
  /** Null for a bare id. */
  profile: MockProfile | null;
}

/** The model that a base id or profile id names, or null. Profiles exist as far as the catalog offers them. */
export function findModel(id: string): Resolved | null {
  for (const model of CATALOG.models) {
    if (model.base_id === id) return { model, profile: null };
    const profile = model.profiles.find((candidate) => candidate.id === id && candidate.offered);
    if (profile) {
      const sourceRegions = profile.source_regions ?? CATALOG.geos[profile.geo] ?? [];
      return { model, profile: { id, geo: profile.geo, sourceRegions } };
    }
  }
  return null;
}

/** The model that bedrock-mantle serves under this id. */
export function findMantleModel(id: string): CatalogModel | null {
  return CATALOG.models.find((model) => model.mantle_id === id) ?? null;
}

/** What the service calls a model in its replies: `claude-opus-4-6`, or with a date `claude-sonnet-4-5-20250929`. */
export function replyName(model: CatalogModel): string {
  return model.base_id.replace(/^anthropic\./, "").replace(/-v\d+(:\d+)?$/, "");
}
