import { invocationMetrics, invokeEncoder, messageJson } from "./events.ts";
import { answerTo, streamReply } from "./inference.ts";
import { findModel, replyName } from "./models.ts";
import {
  jsonReply,
  type MockReply,
  type MockRequest,
  type MockRoute,
  pathParam,
  validationError,
} from "./routes.ts";
import { countUsage } from "./usage.ts";

/** bedrock-runtime: InvokeModel, Converse and CountTokens. */
export const RUNTIME_ROUTES: MockRoute[] = [
  {
    method: "POST",
    pattern: /^\/model\/([^/]+)\/invoke$/,
    action: "bedrock:InvokeModel",
    service: "bedrock",
    handle: (request) => invoke(request, false),
  },
  {
    method: "POST",
    pattern: /^\/model\/([^/]+)\/invoke-with-response-stream$/,
    action: "bedrock:InvokeModelWithResponseStream",
    service: "bedrock",
    handle: (request) => invoke(request, true),
  },
];

function invoke(request: MockRequest, isStream: boolean): MockReply {
  const modelId = pathParam(request);
  const found = findModel(modelId);
  if (!found) throw validationError("The provided model identifier is invalid.");
  const body = JSON.parse(request.body.toString()) as Record<string, unknown>;
  const usage = countUsage(
    body,
    found.model.base_id,
    found.model.cache.min_tokens ?? 1024,
    request.state,
    request.now,
  );
  const answer = answerTo(request, { model: replyName(found.model), body }, modelId, usage);
  if (!isStream) return jsonReply(messageJson(answer));
  return streamReply(
    request,
    answer,
    invokeEncoder(),
    { "X-Amzn-Bedrock-Content-Type": "application/json" },
    (event) =>
      answer.usage
        ? { ...event, "amazon-bedrock-invocationMetrics": invocationMetrics(answer.usage) }
        : event,
  );
}
