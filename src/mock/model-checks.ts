// Is there such a model, does it still live, may it be called so and from here? Asked before the body is looked at.
import type { CatalogModel } from "../models/catalog.ts";
import { APPLICATION_PROFILE_ID } from "./control/data.ts";
import { findMantleModel, findModel, type Resolved } from "./models.ts";
import { type MockCaller, MockError, validationError } from "./routes.ts";

const ARN = /^arn:aws[\w-]*:bedrock:([a-z0-9-]*):(\d{12})?:([a-z-]+)\/(.+)$/;

/** The model that a runtime request names by id or ARN. Throws the service's own errors. */
export function runtimeModel(
  modelId: string,
  api: "invoke" | "converse" | "messages",
  caller: MockCaller,
): Resolved {
  const found = resolve(modelId, caller);
  if (found === null || found.model.apis[api] === false) throw invalidId();
  checkLife(found.model);
  if (found.profile === null) checkOnDemand(modelId, found.model, caller);
  else if (caller.isRegionKnown && !found.profile.sourceRegions.includes(caller.region)) throw invalidId();
  return found;
}

/** The model whose input is to be counted: bare ids only, wherever they are served. */
export function countableModel(modelId: string, caller: MockCaller): CatalogModel {
  const found = resolve(modelId, caller);
  if (found === null || found.profile !== null) throw invalidId();
  checkLife(found.model);
  if (found.model.count_tokens.runtime !== true) {
    throw validationError("The provided model doesn't support counting tokens.");
  }
  return found.model;
}

/** The model that a mantle request names: bare ids, in the regions that serve them. */
export function mantleModel(modelId: string, caller: MockCaller): CatalogModel {
  const model = findMantleModel(modelId);
  const regions = model?.mantle_regions ?? null;
  const isHere = regions === null || !caller.isRegionKnown || regions.includes(caller.region);
  if (model === null || !isHere) throw new MockError(404, "not_found_error", `model: ${modelId}`);
  if (model.lifecycle.access === "gated") {
    throw new MockError(403, "permission_error", `The model '${modelId}' is not available for this account.`);
  }
  return model;
}

function resolve(modelId: string, caller: MockCaller): Resolved | null {
  if (!modelId.startsWith("arn:")) return findModel(modelId);
  const arn = ARN.exec(modelId);
  if (arn === null) throw invalidId();
  const [, region, account, kind, id] = arn as unknown as [
    string,
    string,
    string | undefined,
    string,
    string,
  ];
  if (caller.isRegionKnown && region !== caller.region) {
    throw validationError("The provided ARN is invalid for the service region.");
  }
  if (account !== undefined && account !== caller.account) throw noSuchArn();
  switch (kind) {
    case "foundation-model":
    case "inference-profile":
      return findModel(id);
    case "application-inference-profile":
      if (id !== APPLICATION_PROFILE_ID) throw noSuchArn();
      return findModel("global.anthropic.claude-opus-4-6-v1");
    default:
      throw noSuchArn();
  }
}

function checkLife(model: CatalogModel): void {
  if (model.lifecycle.status === "retired") {
    throw new MockError(
      404,
      "ResourceNotFoundException",
      "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
    );
  }
  if (model.lifecycle.access === "gated") {
    throw new MockError(
      403,
      "AccessDeniedException",
      "You don't have access to the model with the specified model ID.",
    );
  }
}

function checkOnDemand(modelId: string, model: CatalogModel, caller: MockCaller): void {
  const regions = model.on_demand_regions;
  if (caller.isRegionKnown ? regions.includes(caller.region) : regions.length > 0) return;
  throw validationError(
    `Invocation of model ID ${modelId} with on-demand throughput isn\u2019t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
  );
}

function invalidId(): MockError {
  return validationError("The provided model identifier is invalid.");
}

function noSuchArn(): MockError {
  return new MockError(404, "ResourceNotFoundException", "The specified resource ARN was not found.");
}
