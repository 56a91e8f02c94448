// A request as it would leave, without sending it: what `--dry-run` prints.
import { awsEndpoint, type HostOptions } from "./aws-hosts.ts";
import type { ClaudeRequest, PreparedRequest } from "./claude.ts";
import { plainBody } from "./convert/body.ts";
import { toConverse } from "./convert/converse-request.ts";

/** Bedrock's own version of the Messages body; sent always, since the SDKs disagree about the default. */
export const ANTHROPIC_VERSION = "bedrock-2023-05-31";
/** The version header both Messages endpoints take for every model; the newer one refuses sampling outright. */
export const MESSAGES_VERSION = "2023-06-01";

/** The body of InvokeModel: `anthropic_version` first, betas inside. */
export function invokeBody(request: ClaudeRequest): Record<string, unknown> {
  return {
    anthropic_version: ANTHROPIC_VERSION,
    ...(request.betas.length > 0 && { anthropic_beta: [...request.betas] }),
    ...plainBody(request.body),
  };
}

/** The body of Converse: the model is in the URL only. */
export function converseBody(request: ClaudeRequest): Record<string, unknown> {
  const { modelId: _inUrl, ...body } = toConverse(request).input;
  return body;
}

/** The body of the Messages APIs: `model` and `stream` are inside. */
export function messagesBody(request: ClaudeRequest): Record<string, unknown> {
  return { model: request.modelId, ...plainBody(request.body), stream: request.stream };
}

/** Anthropic's headers of the Messages APIs. */
export function messagesHeaders(request: ClaudeRequest): Record<string, string> {
  return {
    "anthropic-version": MESSAGES_VERSION,
    ...(request.betas.length > 0 && { "anthropic-beta": request.betas.join(",") }),
    ...bedrockHeaders(request),
  };
}

/** Bedrock's own headers, as InvokeModel takes them. */
export function bedrockHeaders(request: ClaudeRequest): Record<string, string> {
  return {
    ...(request.guardrail && {
      "x-amzn-bedrock-guardrailidentifier": request.guardrail.id,
      "x-amzn-bedrock-guardrailversion": request.guardrail.version,
    }),
    ...(request.trace && { "x-amzn-bedrock-trace": request.trace.toUpperCase() }),
    ...(request.serviceTier && { "x-amzn-bedrock-service-tier": request.serviceTier }),
    ...(request.latency && { "x-amzn-bedrock-performanceconfig-latency": request.latency }),
    ...(request.tags && { "x-amzn-bedrock-request-metadata": JSON.stringify(request.tags) }),
  };
}

/** The path of a request's URL; ids and ARNs are percent-encoded as the SDK does it. */
export function requestPath(request: ClaudeRequest): string {
  const id = encodeURIComponent(request.modelId);
  switch (request.api) {
    case "invoke":
      return `/model/${id}/${request.stream ? "invoke-with-response-stream" : "invoke"}`;
    case "converse":
      return `/model/${id}/${request.stream ? "converse-stream" : "converse"}`;
    case "messages":
    case "mantle":
      return "/anthropic/v1/messages";
    default:
      throw request.api satisfies never;
  }
}

/** Method, URL, headers with the authorization redacted, and body. `endpoint` null is AWS's own. */
export function prepare(
  request: ClaudeRequest,
  options: HostOptions & { endpoint: string | null; auth: "sigv4" | "bearer" },
): PreparedRequest {
  const service = request.api === "mantle" ? "bedrock-mantle" : "bedrock-runtime";
  const base = options.endpoint ?? awsEndpoint(service, request.region, options);
  const isMessages = request.api === "messages" || request.api === "mantle";
  return {
    method: "POST",
    url: base.replace(/\/+$/, "") + requestPath(request),
    headers: {
      "content-type": "application/json",
      ...(request.api === "invoke" && request.stream && { "x-amzn-bedrock-accept": "application/json" }),
      ...(request.api === "invoke" && !request.stream && { accept: "application/json" }),
      ...(isMessages && { accept: request.stream ? "text/event-stream" : "application/json" }),
      ...(isMessages ? messagesHeaders(request) : request.api === "invoke" ? bedrockHeaders(request) : {}),
      authorization: options.auth === "bearer" ? "Bearer [redacted]" : "AWS4-HMAC-SHA256 [redacted]",
    },
    body: bodyOf(request),
  };
}

function bodyOf(request: ClaudeRequest): unknown {
  if (request.api === "invoke") return invokeBody(request);
  if (request.api === "converse") return converseBody(request);
  return messagesBody(request);
}
