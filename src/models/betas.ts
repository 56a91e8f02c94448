// Betas that are dead, or were never alive on Bedrock. One bad value there fails the whole request without being named.
import type { CatalogModel } from "./catalog.ts";
import type { Warning } from "./lifecycle.ts";

const MILLION_CONTEXT = "context-1m-2025-08-07";

/** Features of Anthropic's own API that Bedrock lacks; their betas are refused there. */
const NOT_ON_BEDROCK = [
  "advisor",
  "code-execution",
  "fast-mode",
  "files-api",
  "mcp-client",
  "prompt-caching-scope",
  "skills",
  "structured-outputs",
  "web-fetch",
  "web-search",
  "per-turn-control",
  "message-batches",
] as const;

/** Warnings about betas that will do nothing or fail the request; they are sent all the same. */
export function betaWarnings(model: CatalogModel | null, betas: readonly string[]): Warning[] {
  return betas.flatMap((beta) => {
    if (beta === MILLION_CONTEXT) return millionContext(model);
    const isAbsent = NOT_ON_BEDROCK.some((feature) => beta.startsWith(`${feature}-`));
    return isAbsent
      ? [
          {
            code: "beta_not_on_bedrock",
            message: `the beta \`${beta}\` is not known on Bedrock, which may refuse the request`,
          },
        ]
      : [];
  });
}

function millionContext(model: CatalogModel | null): Warning[] {
  if (model === null || model.million_context === "native") return [];
  const window = `its window is ${model.context_window} tokens`;
  const message =
    model.million_context === "ended"
      ? `the beta \`${MILLION_CONTEXT}\` has ended for ${model.name}: ${window}`
      : `${model.name} never had the beta \`${MILLION_CONTEXT}\`: ${window}`;
  return [{ code: "beta_dead", message }];
}
