import type { Answer } from "./answer.ts";
import {
  type BedrockOptions,
  blockedAnswer,
  guardrailTrace,
  headerOptions,
  isBlocked,
} from "./bedrock-options.ts";
import { CONVERSE_ROUTES } from "./converse-routes.ts";
import { countTokens } from "./count-tokens.ts";
import { invocationMetrics, invokeEncoder, messageJson } from "./events.ts";
import { answerTo, streamReply } from "./inference.ts";
import { runtimeModel } from "./model-checks.ts";
import { replyName } from "./models.ts";
import { checkPrompt, parseBody } from "./prompt-checks.ts";
import {
  jsonReply,
  type MockReply,
  type MockRequest,
  type MockRoute,
  pathParam,
  validationError,
} from "./routes.ts";
import { RuleViolation } from "./rules/violation.ts";

/** bedrock-runtime: InvokeModel, Converse and CountTokens. */
export const RUNTIME_ROUTES: MockRoute[] = [
  {
    method: "POST",
    pattern: /^\/model\/([^/]+)\/invoke$/,
    action: "bedrock:InvokeModel",
    service: "bedrock",
    handle: (request) => invoke(request, "whole"),
  },
  {
    method: "POST",
    pattern: /^\/model\/([^/]+)\/invoke-with-response-stream$/,
    action: "bedrock:InvokeModelWithResponseStream",
    service: "bedrock",
    handle: (request) => invoke(request, "stream"),
  },
  ...CONVERSE_ROUTES,
  {
    method: "POST",
    pattern: /^\/model\/([^/]+)\/count-tokens$/,
    action: "bedrock:CountTokens",
    service: "bedrock",
    handle: countTokens,
  },
];

/** Bytes of a body that Bedrock still reads. */
export const BODY_BYTES = 25_000_000;

function invoke(request: MockRequest, form: "whole" | "stream"): MockReply {
  const modelId = pathParam(request);
  const { model } = runtimeModel(modelId, "invoke", request.auth);
  const options = headerOptions(request, model);
  const body = parseBody(request, BODY_BYTES, () =>
    validationError("Input is too long for requested model."),
  );
  const betas = body["anthropic_beta"];
  if (betas !== undefined && !(Array.isArray(betas) && betas.every((beta) => typeof beta === "string"))) {
    throw validationError("anthropic_beta: Input should be a valid list");
  }
  try {
    checkPrompt(request, body, { model, modelId, api: "invoke", betas: (betas ?? []) as string[] });
  } catch (error) {
    if (error instanceof RuleViolation) throw validationError(error.message);
    throw error;
  }
  const blocked = isBlocked(options, body);
  const answer = blocked
    ? blockedAnswer(replyName(model), body)
    : answerTo(request, body, { model, modelId, name: replyName(model) });
  answer.extra = { ...guardrailFields(options, blocked), ...answer.extra };
  const headers = optionHeaders(options);
  if (form === "whole")
    return jsonReply(messageJson(answer), { ...headers, ...(blocked ? {} : countHeaders(answer)) });
  const metrics = answer.usage !== null && !blocked ? invocationMetrics(answer.usage) : null;
  return streamReply(
    request,
    answer,
    invokeEncoder(),
    { "X-Amzn-Bedrock-Content-Type": "application/json", ...headers },
    (event) => (metrics ? { ...event, "amazon-bedrock-invocationMetrics": metrics } : event),
  );
}

function guardrailFields(options: BedrockOptions, blocked: boolean): Record<string, unknown> {
  if (options.guardrail === null) return {};
  return {
    ...(options.trace && { "amazon-bedrock-trace": { guardrail: guardrailTrace(options, blocked) } }),
    "amazon-bedrock-guardrailAction": blocked ? "INTERVENED" : "NONE",
  };
}

/** The options that the service echoes. */
export function optionHeaders(options: BedrockOptions): Record<string, string> {
  return {
    ...(options.serviceTier !== null && { "X-Amzn-Bedrock-Service-Tier": options.serviceTier }),
    ...(options.latency !== null && { "X-Amzn-Bedrock-PerformanceConfig-Latency": options.latency }),
  };
}

function countHeaders(answer: Answer): Record<string, string> {
  const usage = answer.usage;
  if (usage === null) return {};
  const cached = usage.cache_read_input_tokens + usage.cache_creation_input_tokens > 0;
  return {
    "X-Amzn-Bedrock-Invocation-Latency": "812",
    "X-Amzn-Bedrock-Input-Token-Count": String(usage.input_tokens),
    "X-Amzn-Bedrock-Output-Token-Count": String(usage.output_tokens),
    ...(cached && {
      "X-Amzn-Bedrock-Cache-Read-Input-Token-Count": String(usage.cache_read_input_tokens),
      "X-Amzn-Bedrock-Cache-Write-Input-Token-Count": String(usage.cache_creation_input_tokens),
    }),
  };
}
