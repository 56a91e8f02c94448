import type { CatalogModel } from "../models/catalog.ts";
import { CATALOG } from "../models/catalog.ts";
import { type BedrockOptions, blockedAnswer, headerOptions, isBlocked } from "./bedrock-options.ts";
import { messagesError } from "./errors.ts";
import { messageJson, sseEncoder } from "./events.ts";
import { answerTo, streamReply } from "./inference.ts";
import { mantleModel, runtimeModel } from "./model-checks.ts";
import { replyName } from "./models.ts";
import { checkPrompt, parseBody } from "./prompt-checks.ts";
import { jsonReply, MockError, type MockReply, type MockRequest, type MockRoute } from "./routes.ts";
import { type Fields, RuleViolation } from "./rules/violation.ts";
import { inputTokens } from "./usage.ts";

type Surface = "messages" | "mantle";

/** The Messages API, on bedrock-runtime and on bedrock-mantle. */
export const MESSAGES_ROUTES: MockRoute[] = [
  {
    method: "POST",
    pattern: /^\/anthropic\/v1\/messages$/,
    action: "bedrock:InvokeModel",
    service: "bedrock",
    handle: (request) => guarded(() => messages(request, "messages")),
  },
  {
    method: "POST",
    pattern: /^\/anthropic\/v1\/messages$/,
    action: "bedrock-mantle:CreateInference",
    service: "bedrock-mantle",
    handle: (request) => guarded(() => messages(request, "mantle")),
  },
  {
    method: "POST",
    pattern: /^\/anthropic\/v1\/messages\/count_tokens$/,
    action: "bedrock-mantle:CountTokens",
    service: "bedrock-mantle",
    handle: (request) => guarded(() => count(request)),
  },
  {
    method: "GET",
    pattern: /^(\/anthropic)?\/v1\/models$/,
    action: "bedrock-mantle:ListModels",
    service: "bedrock-mantle",
    handle: listModels,
  },
];

const BODY_BYTES = 20 * 1024 * 1024 * 1.2;

/** Every error of these endpoints has the form of the Messages API. */
function guarded(reply: () => MockReply): MockReply {
  try {
    return reply();
  } catch (error) {
    if (error instanceof RuleViolation) return messagesError(400, "invalid_request_error", error.message);
    if (!(error instanceof MockError)) throw error;
    const types: Record<number, string> = {
      403: "permission_error",
      404: "not_found_error",
      413: "request_too_large",
    };
    const type = error.name.includes("_") ? error.name : (types[error.status] ?? "invalid_request_error");
    return messagesError(error.status, type, error.message);
  }
}

function messages(request: MockRequest, surface: Surface): MockReply {
  const body = read(request);
  const modelId = String(body["model"]);
  const model = modelOf(modelId, request, surface);
  // Mantle ignores Bedrock's own headers, the guardrail's too.
  const options: BedrockOptions | null = surface === "messages" ? headerOptions(request, model) : null;
  check(request, body, model, modelId, surface);
  const isStream = body["stream"] === true;
  const blocked = options !== null && isBlocked(options, body);
  const name = replyName(model);
  const answer = blocked ? blockedAnswer(name, body) : answerTo(request, body, { model, modelId, name });
  if (options?.guardrail) answer.extra["amazon-bedrock-guardrailAction"] = blocked ? "INTERVENED" : "NONE";
  const headers = { "request-id": request.requestId };
  if (!isStream) return jsonReply(messageJson(answer), headers);
  return streamReply(request, answer, sseEncoder(), { "cache-control": "no-cache", ...headers });
}

function count(request: MockRequest): MockReply {
  const body = read(request);
  const modelId = String(body["model"]);
  const model = mantleModel(modelId, request.auth);
  check(request, { max_tokens: 1, ...body }, model, modelId, "mantle");
  return jsonReply({ input_tokens: inputTokens(body) });
}

function read(request: MockRequest): Fields {
  const tooLong = () =>
    new MockError(413, "request_too_large", "Request exceeds the maximum allowed number of bytes.");
  const body = parseBody(request, BODY_BYTES, tooLong);
  if (request.headers["anthropic-version"] === undefined) {
    throw new RuleViolation("anthropic-version: header is required");
  }
  if (!["2023-06-01", "2026-10-21"].includes(request.headers["anthropic-version"])) {
    throw new RuleViolation(
      `anthropic-version: "${request.headers["anthropic-version"]}" is not a valid version`,
    );
  }
  if (typeof body["model"] !== "string") throw new RuleViolation("model: Field required");
  return body;
}

function modelOf(modelId: string, request: MockRequest, surface: Surface): CatalogModel {
  if (surface === "mantle") return mantleModel(modelId, request.auth);
  try {
    return runtimeModel(modelId, "messages", request.auth).model;
  } catch (error) {
    const isUnknown = error instanceof MockError && error.message.includes("identifier is invalid");
    throw isUnknown ? new MockError(404, "not_found_error", `model: ${modelId}`) : error;
  }
}

function check(request: MockRequest, body: Fields, model: CatalogModel, modelId: string, api: Surface): void {
  const betas = (request.headers["anthropic-beta"] ?? "").split(",").map((beta) => beta.trim());
  checkPrompt(request, body, { model, modelId, api, betas: betas.filter((beta) => beta !== "") });
}

function listModels(request: MockRequest): MockReply {
  const { region } = request.auth;
  const served = CATALOG.models.filter(
    (model) =>
      model.mantle_id !== null && (model.mantle_regions === null || model.mantle_regions.includes(region)),
  );
  return jsonReply({
    object: "list",
    data: served.map((model) => ({
      id: model.mantle_id,
      object: "model",
      created: Date.parse(`${model.launched ?? "2026-01-01"}T00:00:00Z`) / 1000,
      owned_by: "anthropic",
      status: model.lifecycle.access === "gated" ? "GATED" : "ACTIVE",
      ...(model.data_retention !== null && { data_retention: model.data_retention }),
    })),
  });
}
