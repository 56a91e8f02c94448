// From the bytes of a request to a body whose rules have been checked.
import { signatureOf } from "./answer.ts";
import { type MockRequest, type MockState, validationError } from "./routes.ts";
import { checkBody } from "./rules/body-rules.ts";
import { type Fields, isFields, type RuleContext } from "./rules/violation.ts";

/** The body as JSON. Throws MockError when it is none, or too large. */
export function parseBody(request: MockRequest, limit: number, tooLong: () => Error): Fields {
  if (request.body.length > limit) throw tooLong();
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString());
  } catch {
    throw validationError("Malformed input request, please reformat your input and try again.");
  }
  if (!isFields(value)) {
    throw validationError(
      "Malformed input request: #: expected type: JSONObject, please reformat your input and try again.",
    );
  }
  return value;
}

/** Checks a Messages body against the rules of its model and API. Throws RuleViolation. */
export function checkPrompt(
  request: MockRequest,
  body: Fields,
  context: Omit<RuleContext, "isKnownSignature">,
): void {
  const known = signaturesOf(request.state);
  checkBody(body, {
    ...context,
    isKnownSignature: (signature, thinking) => signature === signatureOf(thinking) || known.has(signature),
  });
}

/** Signatures of thinking blocks that scripts made this mock hand out. */
export function signaturesOf(state: MockState): Set<string> {
  return state.of("signatures", () => new Set<string>());
}
