// What each model refuses, said before anything is sent. Only what is known is checked: null in the catalog passes.
import type { Api } from "../core/claude.ts";
import { CbrError } from "../core/errors.ts";
import type { MessagesBody } from "../core/messages.ts";
import { betaWarnings } from "./betas.ts";
import type { CatalogModel, ThinkingRule } from "./catalog.ts";
import { refuseContent, refuseStops, refuseUserId } from "./content-rules.ts";
import type { Warning } from "./lifecycle.ts";
import { isThinking } from "./reasoning.ts";

/** Parameters by the flag that sets them. */
export const PARAMETER_FLAGS = {
  max_tokens: "--max-tokens",
  temperature: "--temperature",
  top_p: "--top-p",
  top_k: "--top-k",
  thinking: "--thinking",
  effort: "--effort",
  schema: "--schema",
  cache: "--cache",
  tool_choice: "tool_choice",
  prefill: "messages",
  file: "-f",
  user_id: "metadata.user_id",
  stop_sequences: "--stop",
  service_tier: "--service-tier",
  latency: "--latency",
} as const;
export type Parameter = keyof typeof PARAMETER_FLAGS;

/** A request as it is about to be sent. */
export interface ParameterRequest {
  api: Api;
  body: MessagesBody;
  betas: readonly string[];
  serviceTier?: string | undefined;
  latency?: string | undefined;
  /** Where a parameter came from, when not from its flag: `CBR_EFFORT`, `--body`; of `--param KEY=JSON` all that was written. */
  sources?: Partial<Record<Parameter, string>>;
}

/** Throws for one parameter; `accepts` ends the sentence. */
export type Refuse = (parameter: Parameter, value: string | null, accepts: string) => never;

const BUDGET_MINIMUM = 1024;
const INTERLEAVED = "interleaved-thinking-2025-05-14";

/**
 * Checks a request against the model's rules. Throws `parameter_not_supported` (exit 2) naming flag, model and what it
 * accepts; returns warnings about betas that do nothing. `model` null: only the rules that hold for every Claude model.
 */
export function checkParameters(model: CatalogModel | null, request: ParameterRequest): Warning[] {
  const refuse: Refuse = (parameter, value, accepts) => {
    const flag = request.sources?.[parameter] ?? PARAMETER_FLAGS[parameter];
    const isComplete = value === null || flag.startsWith("--param ");
    throw new CbrError("parameter_not_supported", {
      message: `\`${flag}${isComplete ? "" : ` ${value}`}\`: ${model?.name ?? "the model"} ${accepts}`,
    });
  };
  checkMaxTokens(model, request.body, refuse);
  checkSampling(model, request.body, refuse);
  checkThinking(model, request, refuse);
  checkEffort(model, request.body, refuse);
  checkToolChoice(model, request.body, refuse);
  checkFormat(model, request, refuse);
  refuseContent(model, request.body, refuse);
  refuseStops(request.body, refuse);
  refuseUserId(request.api, request.body, refuse);
  checkTierAndLatency(model, request, refuse);
  return betaWarnings(model, request.betas);
}

function checkMaxTokens(model: CatalogModel | null, body: MessagesBody, refuse: Refuse): void {
  if (body.max_tokens < 1) refuse("max_tokens", String(body.max_tokens), "writes at least 1 token");
  const maximum = model?.max_output_tokens;
  if (maximum !== undefined && body.max_tokens > maximum) {
    refuse("max_tokens", String(body.max_tokens), `writes at most ${maximum} tokens`);
  }
}

function checkSampling(model: CatalogModel | null, body: MessagesBody, refuse: Refuse): void {
  const { temperature, top_p, top_k } = body;
  if (temperature !== undefined && !(temperature >= 0 && temperature <= 1)) {
    refuse("temperature", String(temperature), "accepts 0 to 1");
  }
  if (top_p !== undefined && !(top_p >= 0 && top_p <= 1)) {
    refuse("top_p", String(top_p), "accepts 0 to 1");
  }
  const given = (["temperature", "top_p", "top_k"] as const).filter((name) => body[name] !== undefined);
  const first = given[0];
  if (first === undefined) return;
  const rule = model?.sampling ?? null;
  if (rule?.kind === "rejected") {
    refuse(first, String(body[first]), "accepts no sampling parameters: leave it out");
  }
  if (
    (rule?.kind === "either" || rule?.kind === "pinned") &&
    temperature !== undefined &&
    top_p !== undefined
  ) {
    refuse("top_p", String(top_p), "accepts either a temperature or top_p, not both");
  }
  if (rule?.kind === "pinned") {
    const { top_p_from: from, top_p_below: below } = rule;
    if (top_k !== undefined) refuse("top_k", String(top_k), "accepts no top_k");
    if (temperature !== undefined && temperature !== rule.temperature) {
      refuse("temperature", String(temperature), `accepts only ${rule.temperature}: leave it out`);
    }
    const isPinned = below === null ? top_p === from : top_p !== undefined && top_p >= from && top_p < below;
    if (top_p !== undefined && !isPinned) {
      refuse("top_p", String(top_p), `accepts only ${from}${below === null ? "" : ` to below ${below}`}`);
    }
  }
  const isOn = body.thinking !== undefined && body.thinking.type !== "disabled";
  if (!isOn || rule?.kind === "pinned") return;
  if (temperature !== undefined && temperature !== 1) {
    refuse("temperature", String(temperature), "accepts only 1 while thinking");
  }
  if (top_k !== undefined) refuse("top_k", String(top_k), "accepts no top_k while thinking");
  if (top_p !== undefined && top_p < 0.95) {
    refuse("top_p", String(top_p), "accepts 0.95 to 1 while thinking");
  }
}

function checkThinking(model: CatalogModel | null, request: ParameterRequest, refuse: Refuse): void {
  const { thinking, max_tokens } = request.body;
  if (thinking === undefined) return;
  const mode = model?.thinking.mode;
  const budget = thinking.budget_tokens;
  if (thinking.type === "enabled") {
    if (mode === "none" || mode === "adaptive" || mode === "adaptive_always") {
      refuse("thinking", String(budget), acceptedThinking(mode));
    }
    if (budget !== undefined && budget < BUDGET_MINIMUM) {
      refuse("thinking", String(budget), `accepts a budget of ${BUDGET_MINIMUM} tokens or more`);
    }
    const isInterleaved = request.betas.includes(INTERLEAVED);
    if (budget !== undefined && budget >= max_tokens && !isInterleaved) {
      const limit = `needs a budget below max_tokens (${max_tokens}): lower it or raise \`--max-tokens\``;
      refuse("thinking", String(budget), limit);
    }
  }
  if (thinking.type === "adaptive" && (mode === "none" || mode === "budget")) {
    refuse("thinking", "adaptive", acceptedThinking(mode));
  }
  if (thinking.type === "disabled" && mode === "adaptive_always") {
    refuse("thinking", "off", acceptedThinking(mode));
  }
}

function acceptedThinking(mode: ThinkingRule["mode"]): string {
  switch (mode) {
    case "none":
      return "cannot think: leave it out";
    case "budget":
      return `accepts a budget in tokens (${BUDGET_MINIMUM} or more) or \`off\``;
    case "adaptive_or_budget":
      return "accepts `adaptive`, a budget in tokens or `off`";
    case "adaptive":
      return "accepts `adaptive` or `off`; `--effort` says how much it thinks";
    case "adaptive_always":
      return "always thinks and accepts only `adaptive`; `--effort` says how much it thinks";
    default:
      return mode satisfies never;
  }
}

function checkEffort(model: CatalogModel | null, body: MessagesBody, refuse: Refuse): void {
  const effort = body.output_config?.effort;
  if (effort === undefined || model === null) return;
  const { levels } = model.effort;
  if (levels.length === 0) refuse("effort", effort, "has no effort parameter: leave it out");
  if (!levels.includes(effort)) refuse("effort", effort, `accepts ${levels.join(", ")}`);
  const highest = model.thinking.max_effort_disabled;
  if (highest === null || body.thinking?.type !== "disabled") return;
  const allowed = levels.slice(0, levels.indexOf(highest) + 1);
  if (!allowed.includes(effort))
    refuse("effort", effort, `accepts ${allowed.join(", ")} with \`--thinking off\``);
}

function checkToolChoice(model: CatalogModel | null, body: MessagesBody, refuse: Refuse): void {
  const type = body.tool_choice?.type;
  if (type !== "any" && type !== "tool") return;
  const forced = model?.forced_tool_choice ?? null;
  if (forced === "no")
    refuse("tool_choice", type, "accepts only `auto` and `none`: it refuses a forced tool");
  if (forced === "without_thinking" && isThinking(model, body.thinking)) {
    refuse("tool_choice", type, "accepts a forced tool only with `--thinking off`");
  }
  const isExplicit = body.thinking !== undefined && body.thinking.type !== "disabled";
  if (forced === "yes" && isExplicit && model?.thinking.on_by_default === false) {
    refuse("tool_choice", type, "accepts no forced tool while thinking");
  }
}

function checkFormat(model: CatalogModel | null, request: ParameterRequest, refuse: Refuse): void {
  if (request.body.output_config?.format === undefined || model === null) return;
  if (model.structured_output === false) {
    refuse("schema", null, "has no structured output (`output_config.format`) on Bedrock");
  }
  if (request.api === "messages" || request.api === "mantle") {
    throw new CbrError("api_not_supported", {
      message: `the API \`${request.api}\` has no structured output (\`output_config.format\`)`,
      hint: "use `--api invoke` or `--api converse`",
    });
  }
}

function checkTierAndLatency(model: CatalogModel | null, request: ParameterRequest, refuse: Refuse): void {
  if (model === null) return;
  const { serviceTier, latency } = request;
  if (serviceTier !== undefined && !model.service_tiers.includes(serviceTier)) {
    refuse("service_tier", serviceTier, `accepts ${model.service_tiers.join(", ")}`);
  }
  if (latency !== undefined && latency !== "standard") {
    refuse("latency", latency, "accepts only standard");
  }
}
