// `--thinking` and `--effort` in the words of each model's body.
import type { MessagesBody } from "../core/messages.ts";
import type { CatalogModel, ThinkingRule } from "./catalog.ts";

export interface ReasoningFlags {
  effort: string | null;
  /** A budget in tokens, or the mode. */
  thinking: number | "adaptive" | "off" | null;
  /** Thinking that a body brought along and no flag replaces; it counts for the default of `maxTokens` only. */
  inBody?: MessagesBody["thinking"];
  /** What was asked for; null: the default. */
  maxTokens: number | null;
  /** Newer models think unseen unless asked for a summary. */
  isShown?: boolean;
}

export interface Reasoning {
  thinking?: NonNullable<MessagesBody["thinking"]>;
  output_config?: NonNullable<MessagesBody["output_config"]>;
  /** Betas that these fields need. */
  betas: string[];
  maxTokens: number;
}

const DEFAULT_MAX_TOKENS = 8192;
const DEFAULT_MAX_TOKENS_THINKING = 32_000;

/**
 * Translates the flags literally; whether the model accepts the result is `checkParameters`' question, so that
 * `--no-check` can send what was asked. Without `maxTokens`: 8192, or 32000 where the model thinks, at most its maximum.
 */
export function shapeReasoning(model: CatalogModel | null, flags: ReasoningFlags): Reasoning {
  const thinking = shapeThinking(model?.thinking ?? null, flags);
  const doesThink = flags.thinking === null ? isThinking(model, flags.inBody) : flags.thinking !== "off";
  const preset = doesThink ? DEFAULT_MAX_TOKENS_THINKING : DEFAULT_MAX_TOKENS;
  const maximum = model?.max_output_tokens ?? Number.POSITIVE_INFINITY;
  const beta = flags.effort === null ? null : (model?.effort.beta ?? null);
  return {
    ...(thinking ? { thinking } : {}),
    ...(flags.effort === null ? {} : { output_config: { effort: flags.effort } }),
    betas: beta === null ? [] : [beta],
    maxTokens: flags.maxTokens ?? Math.min(preset, maximum),
  };
}

/** Thinking that a body brought along, asked to show itself where the model thinks unseen otherwise. */
export function shownThinking(
  model: CatalogModel | null,
  thinking: NonNullable<MessagesBody["thinking"]>,
): NonNullable<MessagesBody["thinking"]> {
  const isUnseen = thinking.type === "adaptive" && thinking.display === undefined;
  return isUnseen && needsDisplay(model?.thinking ?? null)
    ? { ...thinking, display: "summarized" }
    : thinking;
}

/** Whether a request thinks: what its body says, else what the model does by default. */
export function isThinking(model: CatalogModel | null, thinking: MessagesBody["thinking"]): boolean {
  return thinking === undefined ? (model?.thinking.on_by_default ?? false) : thinking.type !== "disabled";
}

function shapeThinking(rule: ThinkingRule | null, flags: ReasoningFlags): MessagesBody["thinking"] {
  const display = needsDisplay(rule) && flags.isShown === true ? { display: "summarized" } : {};
  if (flags.thinking === null) {
    return rule?.on_by_default && "display" in display ? { type: "adaptive", ...display } : undefined;
  }
  if (flags.thinking === "adaptive") return { type: "adaptive", ...display };
  if (flags.thinking !== "off") return { type: "enabled", budget_tokens: flags.thinking };
  // A model that does not think unless asked is told nothing: some of them refuse even `disabled`.
  return rule === null || rule.on_by_default ? { type: "disabled" } : undefined;
}

function needsDisplay(rule: ThinkingRule | null): boolean {
  return rule?.mode === "adaptive" || rule?.mode === "adaptive_always";
}
