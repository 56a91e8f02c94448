// The control plane and STS of the local Bedrock: lists of models and profiles, and what an account may decide.
import {
  jsonReply,
  type MockReply,
  type MockRequest,
  type MockRoute,
  pathParam,
  validationError,
} from "../routes.ts";
import { ACCOUNT_ROUTES } from "./account.ts";
import { findModel, modelSummary, modelsIn, notFound, profilesIn } from "./data.ts";
import { LOGGING_ROUTES } from "./logging.ts";
import { QUOTA_ROUTES } from "./quotas.ts";
import { STS_ROUTES } from "./sts.ts";

const MODEL_ID =
  /^(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}::foundation-model\/)?[a-z0-9-]{1,63}\.[a-z0-9.:-]{1,200}$/;
const PROFILE_ID =
  /^(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{0,20}:(\d{12})?:(application-)?inference-profile\/)?[a-zA-Z0-9:.-]{1,64}$/;
const DEFAULT_PAGE = 100;

export const CONTROL_ROUTES: MockRoute[] = [
  ...STS_ROUTES,
  {
    method: "GET",
    pattern: /^\/foundation-models$/,
    action: "bedrock:ListFoundationModels",
    service: "bedrock",
    handle: listModels,
  },
  {
    method: "GET",
    pattern: /^\/foundation-models\/([^/]+)$/,
    action: "bedrock:GetFoundationModel",
    service: "bedrock",
    handle: getModel,
  },
  {
    method: "GET",
    pattern: /^\/inference-profiles$/,
    action: "bedrock:ListInferenceProfiles",
    service: "bedrock",
    handle: listProfiles,
  },
  {
    method: "GET",
    pattern: /^\/inference-profiles\/([^/]+)$/,
    action: "bedrock:GetInferenceProfile",
    service: "bedrock",
    handle: getProfile,
  },
  ...ACCOUNT_ROUTES,
  ...LOGGING_ROUTES,
  ...QUOTA_ROUTES,
];

function listModels(request: MockRequest): MockReply {
  const { region } = request.auth;
  const filter = (name: string, pattern: RegExp) => {
    const value = request.query.get(name);
    if (value !== null && !pattern.test(value)) throw mismatch(name, value, pattern);
    return value;
  };
  const provider = filter("byProvider", /^[A-Za-z0-9- ]{1,63}$/)?.toLowerCase();
  const customization = filter("byCustomizationType", /^(FINE_TUNING|CONTINUED_PRE_TRAINING|DISTILLATION)$/);
  const modality = filter("byOutputModality", /^(TEXT|IMAGE|EMBEDDING)$/);
  const inference = filter("byInferenceType", /^(ON_DEMAND|PROVISIONED)$/);
  const isListed =
    (provider === undefined || provider === "anthropic") &&
    customization === null &&
    (modality === null || modality === "TEXT");
  const summaries = isListed ? modelsIn(region).map((model) => modelSummary(model, region)) : [];
  return jsonReply({
    modelSummaries: summaries.filter(
      (model) => inference === null || (model["inferenceTypesSupported"] as string[]).includes(inference),
    ),
  });
}

function getModel(request: MockRequest): MockReply {
  const given = pathParam(request);
  if (!MODEL_ID.test(given)) throw mismatch("modelIdentifier", given, MODEL_ID);
  const model = findModel(given.slice(given.lastIndexOf("/") + 1));
  if (model === undefined || model.lifecycle.status === "retired") {
    throw notFound("Could not resolve the foundation model from the provided model identifier.");
  }
  return jsonReply({ modelDetails: modelSummary(model, request.auth.region) });
}

function listProfiles(request: MockRequest): MockReply {
  const { query, auth } = request;
  const type = query.get("type") ?? "SYSTEM_DEFINED";
  if (type !== "SYSTEM_DEFINED" && type !== "APPLICATION") {
    throw mismatch("typeEquals", type, /^(SYSTEM_DEFINED|APPLICATION)$/);
  }
  const size = query.get("maxResults") ?? String(DEFAULT_PAGE);
  if (!/^\d{1,4}$/.test(size) || Number(size) < 1 || Number(size) > 1000) {
    throw mismatch("maxResults", size, /^([1-9]\d{0,2}|1000)$/);
  }
  const start = offsetOf(query.get("nextToken"));
  const all = profilesIn(auth.region).filter((profile) => profile["type"] === type);
  const end = start + Number(size);
  return jsonReply({
    inferenceProfileSummaries: all.slice(start, end),
    ...(end < all.length && { nextToken: Buffer.from(`offset:${end}`).toString("base64url") }),
  });
}

function offsetOf(token: string | null): number {
  if (token === null) return 0;
  const match = /^offset:(\d{1,6})$/.exec(Buffer.from(token, "base64url").toString());
  if (match === null) throw validationError("The provided pagination token is invalid.");
  return Number(match[1]);
}

function getProfile(request: MockRequest): MockReply {
  const given = pathParam(request);
  if (!PROFILE_ID.test(given)) throw mismatch("inferenceProfileIdentifier", given, PROFILE_ID);
  const id = given.slice(given.lastIndexOf("/") + 1);
  const profile = profilesIn(request.auth.region).find((candidate) => candidate["inferenceProfileId"] === id);
  const isOther = given.startsWith("arn:") && profile?.["inferenceProfileArn"] !== given;
  if (profile === undefined || isOther) {
    throw notFound(`Inference profile ${id} was not found.`);
  }
  return jsonReply(profile);
}

function mismatch(field: string, value: string, pattern: RegExp) {
  return validationError(
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
  );
}
