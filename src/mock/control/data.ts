// The catalog as AWS's lists would tell it in one region.
import { CATALOG, type CatalogModel, type CatalogProfile } from "../../models/catalog.ts";
import { MOCK_ACCOUNT } from "../credentials.ts";
import { MockError } from "../routes.ts";
import type { Fields } from "./body.ts";

/** The one application inference profile of the mock: Opus 4.6 through its global profile. */
export const APPLICATION_PROFILE_ID = "abc123mock";

export function notFound(message: string): MockError {
  return new MockError(404, "ResourceNotFoundException", message);
}

/** The catalog's row of a base id; mantle's own ids are no ids of the control plane. */
export function findModel(baseId: string): CatalogModel | undefined {
  return CATALOG.models.find((model) => model.base_id === baseId);
}

/** Models that ListFoundationModels knows in a region: not the retired ones, nor those on mantle alone. */
export function modelsIn(region: string): CatalogModel[] {
  return CATALOG.models.filter(
    (model) =>
      model.lifecycle.status !== "retired" &&
      model.apis.invoke !== false &&
      (model.on_demand_regions.includes(region) || profilesOf(model, region).length > 0),
  );
}

/** ListFoundationModels' summary, which is GetFoundationModel's details too. */
export function modelSummary(model: CatalogModel, region: string): Fields {
  const types = [
    ...(model.on_demand_regions.includes(region) ? ["ON_DEMAND"] : []),
    ...(profilesOf(model, region).length > 0 ? ["INFERENCE_PROFILE"] : []),
  ];
  return {
    modelArn: modelArn(model, region),
    modelId: model.base_id,
    modelName: model.name,
    providerName: "Anthropic",
    inputModalities: model.modalities.map((modality) => modality.toUpperCase()),
    outputModalities: ["TEXT"],
    responseStreamingSupported: true,
    customizationsSupported: [],
    inferenceTypesSupported: types,
    modelLifecycle: {
      status: model.lifecycle.status === "legacy" ? "LEGACY" : "ACTIVE",
      ...(model.launched !== null && { startOfLifeTime: `${model.launched}T00:00:00Z` }),
      ...(model.lifecycle.eol !== null && { endOfLifeTime: `${model.lifecycle.eol}T00:00:00Z` }),
    },
    // Not in the service model, and sent all the same.
    guardrailsSupported: true,
  };
}

/** ListInferenceProfiles' summaries in a region: the system's first, then the account's own. */
export function profilesIn(region: string): Fields[] {
  const system = CATALOG.models.flatMap((model) =>
    profilesOf(model, region).map((profile) => profileSummary(model, profile, region)),
  );
  return [...system, ...applicationProfiles(region)];
}

/** Profiles that AWS itself has and that can be called from the region. */
function profilesOf(model: CatalogModel, region: string): CatalogProfile[] {
  return model.profiles.filter(
    (profile) =>
      (profile.status === "confirmed" || profile.status === "likely") &&
      sourceRegions(profile).includes(region),
  );
}

function sourceRegions(profile: CatalogProfile): string[] {
  return profile.source_regions ?? CATALOG.geos[profile.geo] ?? [];
}

function profileSummary(model: CatalogModel, profile: CatalogProfile, region: string): Fields {
  const geo =
    profile.geo === "us-gov" ? "US-GOV" : profile.geo === "global" ? "Global" : profile.geo.toUpperCase();
  return {
    inferenceProfileName: `${geo} Anthropic ${model.name}`.replace(/\./g, "-").slice(0, 64),
    description: `Routes requests to Anthropic ${model.name} in ${profile.geo}.`.slice(0, 200),
    createdAt: `${model.launched ?? "2025-01-01"}T00:00:00.123456789Z`,
    updatedAt: `${model.launched ?? "2025-01-01"}T00:00:00.123456789Z`,
    inferenceProfileArn: `arn:${partition(region)}:bedrock:${region}:${MOCK_ACCOUNT}:inference-profile/${profile.id}`,
    models: destinationArns(model, profile, region).map((arn) => ({ modelArn: arn })),
    inferenceProfileId: profile.id,
    status: "ACTIVE",
    type: "SYSTEM_DEFINED",
  };
}

/** A global profile names the model in the caller's region and once with no region; a geo profile each destination. */
function destinationArns(model: CatalogModel, profile: CatalogProfile, region: string): string[] {
  if (profile.geo === "global") return [modelArn(model, region), modelArn(model, "")];
  return sourceRegions(profile).map((destination) => modelArn(model, destination));
}

function applicationProfiles(region: string): Fields[] {
  const model = findModel("anthropic.claude-opus-4-6-v1");
  if (model === undefined || region !== "us-east-1") return [];
  return [
    {
      inferenceProfileName: "mock-team",
      description: "Costs of the mock team",
      createdAt: "2026-02-01T00:00:00.123456789Z",
      updatedAt: "2026-02-01T00:00:00.123456789Z",
      inferenceProfileArn: `arn:aws:bedrock:us-east-1:${MOCK_ACCOUNT}:application-inference-profile/${APPLICATION_PROFILE_ID}`,
      models: [{ modelArn: modelArn(model, "us-east-1") }, { modelArn: modelArn(model, "") }],
      inferenceProfileId: APPLICATION_PROFILE_ID,
      status: "ACTIVE",
      type: "APPLICATION",
    },
  ];
}

function modelArn(model: CatalogModel, region: string): string {
  return `arn:${partition(region)}:bedrock:${region}::foundation-model/${model.base_id}`;
}

function partition(region: string): string {
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
