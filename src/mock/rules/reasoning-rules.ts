// Thinking, effort, structured output and sampling: what differs most from model to model.
import { checkOutputSchema } from "./output-schema-rules.ts";
import { type Fields, isFields, type RuleContext, refuse, refuseExtraKeys } from "./violation.ts";

/** Is thinking on in this request because it says so? */
export function isThinkingAsked(body: Fields): boolean {
  const type = (body["thinking"] as Fields | undefined)?.["type"];
  return type === "enabled" || type === "adaptive" || type === "between_tools";
}

export function checkThinking(body: Fields, context: RuleContext): void {
  const thinking = body["thinking"];
  const rule = context.model.thinking;
  if (thinking !== undefined) {
    if (!isFields(thinking)) refuse("thinking: Input should be an object");
    const type = thinking["type"];
    switch (type) {
      case "enabled":
        checkBudget(thinking, body, context);
        break;
      case "adaptive":
        refuseExtraKeys(thinking, ["type", "display"], "thinking.adaptive");
        if (rule.mode === "budget" || rule.mode === "none")
          refuse("adaptive thinking is not supported on this model");
        break;
      case "disabled":
        refuseExtraKeys(thinking, ["type"], "thinking.disabled");
        if (!rule.can_disable) {
          refuse(
            '"thinking.type.disabled" is not supported for this model. Thinking defaults to adaptive mode when not specified; use "thinking.type.enabled" with "budget_tokens" for extended thinking.',
          );
        }
        break;
      default:
        refuse(
          `thinking: Input tag '${String(type)}' found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'`,
        );
    }
    checkDisplay(thinking["display"]);
  }
  checkForcedTool(body, context);
}

function checkBudget(thinking: Fields, body: Fields, context: RuleContext): void {
  const { mode } = context.model.thinking;
  if (mode === "none") refuse("thinking is not supported on this model");
  if (mode === "adaptive" || mode === "adaptive_always") {
    refuse(
      '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
    );
  }
  refuseExtraKeys(thinking, ["type", "budget_tokens", "display"], "thinking.enabled");
  const budget = thinking["budget_tokens"];
  if (budget === undefined) refuse("thinking.enabled.budget_tokens: Field required");
  if (typeof budget !== "number" || !Number.isInteger(budget)) {
    refuse("thinking.enabled.budget_tokens: Input should be a valid integer");
  }
  if (budget < 1024) refuse("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  // With interleaved thinking the budget spans the whole turn.
  if (context.betas.includes("interleaved-thinking-2025-05-14")) return;
  if (budget >= Number(body["max_tokens"])) {
    refuse(
      "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size",
    );
  }
}

function checkDisplay(display: unknown): void {
  if (display === undefined || display === "summarized" || display === "omitted") return;
  refuse("thinking.display: Input should be 'summarized' or 'omitted'");
}

function checkForcedTool(body: Fields, context: RuleContext): void {
  const choice = (body["tool_choice"] as Fields | undefined)?.["type"];
  if (choice !== "any" && choice !== "tool") return;
  const rule = context.model.forced_tool_choice;
  if (rule === "no") refuse('tool_choice: type "tool" and "any" are not supported for this model.');
  const isOff = (body["thinking"] as Fields | undefined)?.["type"] === "disabled";
  if (isThinkingAsked(body) || (rule === "without_thinking" && !isOff)) {
    refuse("Thinking may not be enabled when tool_choice forces tool use.");
  }
}

const LEVELS = ["low", "medium", "high", "xhigh", "max"];

export function checkOutputConfig(body: Fields, context: RuleContext): void {
  const config = body["output_config"];
  if (config === undefined) return;
  if (!isFields(config)) refuse("output_config: Input should be an object");
  refuseExtraKeys(config, ["effort", "format"], "output_config");
  checkEffort(config["effort"], body, context);
  if (config["format"] === undefined || config["format"] === null) return;
  const takesFormat =
    context.model.structured_output === true && ["invoke", "converse"].includes(context.api);
  if (!takesFormat) refuse("output_config.format: Extra inputs are not permitted");
  checkFormat(config["format"]);
}

function checkEffort(effort: unknown, body: Fields, context: RuleContext): void {
  if (effort === undefined || effort === null) return;
  const { levels, beta } = context.model.effort;
  if (levels.length === 0) refuse("This model does not support the effort parameter.");
  if (beta !== null && !context.betas.includes(beta))
    refuse("output_config.effort: Extra inputs are not permitted");
  if (typeof effort !== "string" || !LEVELS.includes(effort)) {
    refuse("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'");
  }
  if (!levels.includes(effort)) {
    refuse(
      `This model does not support effort level '${effort}'. Supported levels: ${[...levels].sort().join(", ")}.`,
    );
  }
  const highest = context.model.thinking.max_effort_disabled;
  const isOff = (body["thinking"] as Fields | undefined)?.["type"] === "disabled";
  if (isOff && highest !== null && LEVELS.indexOf(effort) > LEVELS.indexOf(highest)) {
    refuse(
      `output_config.effort '${effort}' is not supported when thinking is disabled on this model. Use effort '${highest}' or below, or enable thinking.`,
    );
  }
}

function checkFormat(format: unknown): void {
  if (!isFields(format)) refuse("output_config.format: Input should be an object");
  if (format["type"] !== "json_schema") {
    refuse("output_config.format.type: Input should be 'json_schema'");
  }
  refuseExtraKeys(format, ["type", "schema"], "output_config.format");
  if (!isFields(format["schema"])) refuse("output_config.format.schema: Field required");
  checkOutputSchema(format["schema"], "output_config.format.schema");
}

export function checkSampling(body: Fields, context: RuleContext): void {
  const { temperature, top_p: topP, top_k: topK } = body;
  const given = (["temperature", "top_p", "top_k"] as const).filter((key) => body[key] !== undefined);
  if (given.length === 0) return;
  const sampling = context.model.sampling ?? { kind: "free" };
  if (sampling.kind === "rejected" || body["anthropic_version"] === "2026-10-21") {
    refuse(`\`${given[0]}\` is deprecated for this model.`);
  }
  checkRange("temperature", temperature, 0, 1);
  checkRange("top_p", topP, 0, 1);
  if (topK !== undefined && (!Number.isInteger(topK) || Number(topK) < 0)) {
    refuse("top_k: Input should be greater than or equal to 0");
  }
  if (sampling.kind === "pinned") {
    const isBadTopP =
      topP !== undefined &&
      (sampling.top_p_below === null
        ? topP !== sampling.top_p_from
        : Number(topP) < sampling.top_p_from || Number(topP) >= sampling.top_p_below);
    if (topK !== undefined) refuse("`top_k` is deprecated for this model.");
    if (temperature !== undefined && temperature !== sampling.temperature) {
      refuse("`temperature` is deprecated for this model.");
    }
    if (isBadTopP) refuse("`top_p` is deprecated for this model.");
  }
  if (sampling.kind !== "free" && temperature !== undefined && topP !== undefined) {
    refuse("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
  }
  if (!isThinkingAsked(body)) return;
  if (temperature !== undefined && temperature !== 1) {
    refuse("`temperature` may only be set to 1 when thinking is enabled or in adaptive mode");
  }
  if (topK !== undefined) refuse("`top_k` must be unset when thinking is enabled or in adaptive mode");
  if (topP !== undefined && Number(topP) < 0.95) {
    refuse(
      "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled or in adaptive mode",
    );
  }
}

function checkRange(name: string, value: unknown, low: number, high: number): void {
  if (value === undefined) return;
  if (typeof value !== "number") refuse(`${name}: Input should be a valid number`);
  if (value < low || value > high) refuse(`${name}: range: ${low}..${high}`);
}
