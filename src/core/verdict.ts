// Is a whole reply an answer that can be used? Exit code 9 otherwise.
import { CbrError } from "./errors.ts";
import type { Reply } from "./reply.ts";

/**
 * null for a usable answer, else the CbrError of exit code 9 that says why not. A guardrail is known by its action:
 * InvokeModel reports `end_turn` when one intervened.
 */
export function verdict(reply: Reply, options: { isStrict: boolean; maxTokens: number }): CbrError | null {
  const problem = problemOf(reply, options);
  if (problem !== null) problem.partialText = reply.text;
  return problem;
}

function problemOf(
  reply: Reply,
  { isStrict, maxTokens }: { isStrict: boolean; maxTokens: number },
): CbrError | null {
  const aws = { name: null, status: null, requestId: reply.requestId };
  if (reply.guardrailAction === "INTERVENED" || reply.stopReason === "guardrail_intervened") {
    return new CbrError("guardrail_intervened", { message: "the guardrail intervened", aws });
  }
  switch (reply.stopReason) {
    case "refusal":
    case "content_filtered":
      return new CbrError("refusal", {
        message: `Claude refused (stop reason \`${reply.stopReason}\`)${why(reply)}`,
        aws,
      });
    case "model_context_window_exceeded":
      return new CbrError("context_window_exceeded", {
        message: "the answer ran into the model's context window",
        aws,
      });
    case "malformed_model_output":
    case "malformed_tool_use":
      return new CbrError("malformed_output", {
        message: `the model's output was malformed (\`${reply.stopReason}\`)`,
        aws,
      });
    case "max_tokens":
      if (isStrict) {
        return new CbrError("cut_at_max_tokens", {
          message: `the answer was cut at max_tokens (${maxTokens})`,
          aws,
        });
      }
      break;
    case "end_turn":
    case "stop_sequence":
    case "tool_use":
      break;
    default:
      return new CbrError("unknown_stop_reason", {
        message: `the answer ended for a reason this version does not know (\`${reply.stopReason}\`)`,
        aws,
      });
  }
  if (reply.text.trim() === "" && !reply.content.some((block) => block.type === "tool_use")) {
    return new CbrError("empty_answer", {
      message: "the answer is empty",
      hint: reply.stopReason === "max_tokens" ? "raise `--max-tokens`" : "ask again, or change the prompt",
      aws,
    });
  }
  return null;
}

function why(reply: Reply): string {
  const details = reply.stopDetails as { explanation?: unknown; category?: unknown } | null;
  const text = details?.explanation ?? details?.category;
  return typeof text === "string" ? `: ${text}` : "";
}
