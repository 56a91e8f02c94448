import { fromConverse } from "./converse-request.ts";
import { countableModel } from "./model-checks.ts";
import { checkPrompt, parseBody } from "./prompt-checks.ts";
import { jsonReply, type MockReply, type MockRequest, pathParam, validationError } from "./routes.ts";
import { type Fields, isFields, RuleViolation } from "./rules/violation.ts";
import { inputTokens } from "./usage.ts";

/** CountTokens: of an InvokeModel body, or of a Converse request. */
export function countTokens(request: MockRequest): MockReply {
  const modelId = pathParam(request);
  const model = countableModel(modelId, request.auth);
  const body = parseBody(request, 40_000_000, () =>
    validationError("Input is too long for requested model."),
  );
  const input = body["input"] as Fields | undefined;
  const kinds = isFields(input) ? Object.keys(input) : [];
  if (
    input === undefined ||
    kinds.length !== 1 ||
    !["invokeModel", "converse"].includes(kinds[0] as string)
  ) {
    throw validationError("input must set one of the following keys: invokeModel, converse.");
  }
  try {
    if (isFields(input["invokeModel"])) {
      const inner = decode(input["invokeModel"]["body"]);
      const betas = (inner["anthropic_beta"] ?? []) as string[];
      checkPrompt(request, inner, { model, modelId, api: "invoke", betas });
      return jsonReply({ inputTokens: inputTokens(inner) });
    }
    const { body: inner, betas } = fromConverse(input["converse"] as Fields, model);
    checkPrompt(request, inner, { model, modelId, api: "converse", betas });
    return jsonReply({ inputTokens: inputTokens(inner) });
  } catch (error) {
    if (error instanceof RuleViolation) throw validationError(error.message);
    throw error;
  }
}

function decode(base64: unknown): Fields {
  try {
    const value: unknown = JSON.parse(Buffer.from(String(base64), "base64").toString());
    if (isFields(value)) return value;
  } catch {
    // told below
  }
  throw validationError("Malformed input request, please reformat your input and try again.");
}
