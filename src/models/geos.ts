// Where profiles may be called from, and which part of the world a region belongs to.
import { CATALOG, type CatalogModel } from "./catalog.ts";
import { type LiveLists, liveFor, liveProfilesOf } from "./live.ts";

/** The values of `--geo`; `none` is the base id itself, in-region. */
export const GEOS = ["global", "us", "eu", "jp", "au", "in", "apac", "us-gov", "none"] as const;
export type Geo = (typeof GEOS)[number];

/** A profile that may be called, and what is known of it. */
export interface UsableProfile {
  geo: string;
  id: string;
  /** Regions that can call it; null: not known. */
  sourceRegions: readonly string[] | null;
  /** `listed`: AWS itself listed it for this region. */
  standing: "listed" | "catalog" | "conflict";
}

const FALLBACK_REGION = "us-east-1";

/** The source regions of a geo, or null for a geo nobody knows. */
export function regionsOfGeo(geo: string): readonly string[] | null {
  return Object.hasOwn(CATALOG.geos, geo) ? (CATALOG.geos[geo] as string[]) : null;
}

/** The geos that keep a request near `region`, narrowest first; `global` is none of them. Empty for most of the world. */
export function geosOfRegion(region: string): string[] {
  const known = ["us-gov", "us", "eu", "jp", "au", "in", "apac"].filter((geo) =>
    regionsOfGeo(geo)?.includes(region),
  );
  if (known.length > 0) return known;
  if (region.startsWith("us-gov-")) return ["us-gov"];
  if (/^(us|ca)-[a-z]+-\d+$/.test(region)) return ["us"];
  if (region.startsWith("eu-")) return ["eu"];
  return region === "ap-southeast-6" ? ["au"] : [];
}

/** Whether what is processed in `region` stays within `geo`. */
export function isRegionInGeo(region: string, geo: string): boolean {
  if (geo === "global" || geo === "none") return true;
  return geosOfRegion(region).includes(geo);
}

/** Whether everything that `inner` may do stays within `outer`. */
export function isGeoWithin(inner: string, outer: string): boolean {
  if (inner === outer || outer === "global") return true;
  const regions = regionsOfGeo(inner);
  return regions !== null && outer !== "none" && regions.every((region) => isRegionInGeo(region, outer));
}

/**
 * The geo of a profile that only its destinations tell of (an application inference profile): `none` for one region,
 * else the narrowest geo that holds them all, else `global`. null where no destination is known.
 * `modelArns` of a global profile include one without a region.
 */
export function geoOfDestinations(regions: readonly string[], modelArns: readonly string[]): string | null {
  if (regions.includes("") || modelArns.some((arn) => /^arn:[^:]*:bedrock::/.test(arn))) return "global";
  const first = regions[0];
  if (first === undefined) return null;
  if (new Set(regions).size === 1) return "none";
  return geosOfRegion(first).find((geo) => regions.every((region) => isRegionInGeo(region, geo))) ?? "global";
}

/** The profiles of a model, as the live lists of `region` (if there are any) and the catalog know them, in the catalog's order. */
export function profilesOf(
  baseId: string,
  model: CatalogModel | null,
  region: string | null,
  live: LiveLists | null,
): UsableProfile[] {
  const here = liveFor(live, region);
  const listed = (live ? liveProfilesOf(live, baseId) : []).map(({ geo, id }): UsableProfile => {
    const own = model?.profiles.find((profile) => profile.geo === geo);
    const regions = own?.source_regions ?? regionsOfGeo(geo);
    if (here === null) return { geo, id, sourceRegions: regions, standing: "catalog" };
    return { geo, id, sourceRegions: regions && [here.region, ...regions], standing: "listed" };
  });
  const known = (model?.profiles ?? [])
    .filter((profile) => profile.offered && !listed.some((other) => other.geo === profile.geo))
    .map(
      (profile): UsableProfile => ({
        geo: profile.geo,
        id: profile.id,
        sourceRegions: profile.source_regions ?? regionsOfGeo(profile.geo),
        standing: profile.status === "conflict" ? "conflict" : "catalog",
      }),
    );
  return [...listed, ...known].sort((a, b) => order(a.geo) - order(b.geo));
}

/** Whether a region can call a profile; true where nothing is known. */
export function canCall(profile: UsableProfile, region: string): boolean {
  return profile.sourceRegions?.includes(region) ?? true;
}

/** The region to use when none is set: the first that can call the profile, us-east-1 for `global`. */
export function firstSourceRegion(profile: UsableProfile): string {
  return profile.sourceRegions?.[0] ?? FALLBACK_REGION;
}

function order(geo: string): number {
  const at = (GEOS as readonly string[]).indexOf(geo);
  return at === -1 ? GEOS.length : at;
}
