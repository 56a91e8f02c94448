// From flags, settings and prompt to the one request that will be sent, and the route it takes.

import { withCache } from "../core/cache.ts";
import type { Api, ClaudeRequest } from "../core/claude.ts";
import type { ParsedBody } from "../core/convert/body.ts";
import { CbrError } from "../core/errors.ts";
import { checkMedia } from "../core/media.ts";
import type { ContentBlock, Message, MessagesBody } from "../core/messages.ts";
import { setParam } from "../core/param.ts";
import { BODY_NOTICE, bodySize, checkBodySize, historyPart } from "../core/prompt.ts";
import { askForData, type JsonSchema, type SchemaRequest } from "../core/schema.ts";
import { shapeReasoning, shownThinking } from "../models/reasoning.ts";
import { type Route, type RouteRequest, resolveRoute } from "../models/route.ts";
import { checkParameters, PARAMETER_FLAGS, type Parameter } from "../models/rules.ts";
import { schemaStrategy } from "../models/schema-strategy.ts";
import type { Setting, SettingName, Settings } from "../settings/settings.ts";
import { checkConverse, refuseOnMantle, servable } from "./api-limits.ts";
import type { Context } from "./context.ts";
import { paramSources } from "./param-sources.ts";
import type { GatheredPrompt } from "./prompt-input.ts";
import type { RequestFlags } from "./request-flags.ts";
import { betasOf, checkLatency, checkTier, guardrailOf, tagsOf } from "./request-values.ts";

export interface RequestParts {
  flags: RequestFlags;
  settings: Settings;
  prompt: Pick<GatheredPrompt, "content" | "parts">;
  /** Turns before the prompt. */
  history?: readonly Message[];
  /** The session's system prompt. */
  system?: string;
  /** `--body`: fields that flags win over, and that win over other settings. */
  base?: ParsedBody | null;
  schema?: JsonSchema | null;
  stream: boolean;
}

export interface BuiltRequest {
  request: ClaudeRequest;
  /** With a schema: where to find the data in the reply. */
  schema: SchemaRequest | null;
  /** The system prompt as the user wrote it, without what `--schema` and `--cache` add. */
  system: MessagesBody["system"];
}

/** Resolves model, geo, region and API; warns of what is wrong with them. Throws CbrError before any request. `sayChosen` says the rest. */
export function chooseRoute(
  context: Context,
  flags: RequestFlags,
  settings: Settings,
  instead: Partial<Pick<RouteRequest, "model" | "geo" | "region" | "live">> = {},
): Route {
  const { report } = context;
  const route = resolveRoute({
    model: settings.model,
    geo: settings.geo,
    region: settings.region,
    aliases: settings.aliases,
    isChecked: flags.check !== false,
    api: (settings.api?.value ?? null) as Api | null,
    live: null,
    ...instead,
  });
  for (const { code, message } of route.warnings) report.warn(code, message);
  report.verbose(`model: ${route.modelId} (geo ${route.geo ?? "unknown"})`);
  report.verbose(`region: ${route.region.value} (${route.region.source})`);
  report.verbose(`api: ${route.api} (${route.apiReason})`);
  return route;
}

/** Says what was chosen for the user: once it is sure that there is something to send. */
export function sayChosen({ report }: Context, { notices }: Route): void {
  for (const notice of notices) report.notice(notice);
}

/** Builds and checks the request for `route`. Throws CbrError of exit code 2 or 3 for what the model does not take. */
export function buildRequest(context: Context, route: Route, parts: RequestParts): BuiltRequest {
  const { flags, settings } = parts;
  const { report } = context;
  const isChecked = flags.check !== false;
  const base = parts.base && isChecked ? servable(context, parts.base, route) : parts.base;
  const choice = <K extends SettingName>(name: K, inBody: unknown) =>
    pick(settings[name] as Setting<unknown> | null, inBody);
  const { thinking: inBody, ...baseBody } = base?.body ?? {};
  const ownThinking = settings.thinking?.origin === "flag" ? undefined : inBody;
  const isShown = flags.showThinking === true;
  const reasoning = shapeReasoning(route.model, {
    effort: choice("effort", base?.body.output_config?.effort) as string | null,
    thinking: ownThinking ? null : thinkingOf(settings),
    ...(ownThinking && { inBody: ownThinking }),
    maxTokens: choice("max_tokens", base?.body.max_tokens) as number | null,
    isShown,
  });
  const thinking = ownThinking && isShown ? shownThinking(route.model, ownThinking) : ownThinking;
  let body: MessagesBody = {
    ...baseBody,
    max_tokens: reasoning.maxTokens,
    messages: withPrompt([...(parts.history ?? []), ...(base?.body.messages ?? [])], parts.prompt.content),
    ...optional("system", choice("system", base?.body.system ?? parts.system)),
    ...optional("temperature", choice("temperature", base?.body.temperature)),
    ...optional("top_p", choice("top_p", base?.body.top_p)),
    ...optional("top_k", choice("top_k", base?.body.top_k)),
    ...optional("thinking", thinking ?? reasoning.thinking),
    ...(reasoning.output_config && {
      output_config: { ...base?.body.output_config, ...reasoning.output_config },
    }),
    ...(flags.stop && { stop_sequences: flags.stop }),
  };
  const { system } = body;
  let schema: SchemaRequest | null = null;
  if (parts.schema) {
    const strategy = schemaStrategy(route.model, route.api, body.thinking);
    schema = askForData(body, parts.schema, strategy, route.api);
    body = schema.body;
    report.verbose(`schema: ${SCHEMA_WAYS[schema.strategy]}`);
  }
  if (flags.cache !== undefined) {
    const cached = withCache(body, {
      ttl: flags.cache as "5m" | "1h",
      minTokens: route.model?.cache.min_tokens ?? null,
    });
    if (cached.notice !== null) report.notice(cached.notice);
    body = cached.body;
  }
  for (const param of flags.param ?? []) setParam(body, param);

  const request: ClaudeRequest = {
    api: route.api,
    modelId: route.modelId,
    region: route.region.value,
    stream: parts.stream,
    body,
    betas: [...new Set([...(base?.betas ?? []), ...reasoning.betas, ...betasOf(flags.beta ?? [])])],
    ...(flags.guardrail !== undefined && { guardrail: guardrailOf(flags.guardrail) }),
    ...(flags.trace && { trace: "enabled" as const }),
    ...(flags.serviceTier !== undefined && { serviceTier: flags.serviceTier }),
    ...(flags.latency !== undefined && { latency: flags.latency }),
    ...(flags.tag && { tags: tagsOf(flags.tag) }),
  };
  if (isChecked) check(context, route, request, parts);
  const bytes = bodySize(body);
  const before = bytes > BODY_NOTICE && parts.history?.length ? [historyPart(parts.history)] : [];
  const size = checkBodySize(bytes, [...parts.prompt.parts, ...before]);
  if (size !== null) report.notice(size);
  return { request, schema, system };
}

const SCHEMA_WAYS = {
  native: "the model's own structured output (`output_config.format`)",
  "forced-tool": "one tool that Claude must call",
  "offered-tool": "one tool that Claude is told to call",
} as const;

function check(
  context: Context,
  route: Route,
  request: ClaudeRequest,
  { base, flags, history, prompt, settings }: RequestParts,
): void {
  const { model } = route;
  checkTier(flags.serviceTier);
  checkLatency(flags.latency);
  if (request.api === "mantle") refuseOnMantle(route, request);
  if (request.trace !== undefined && request.guardrail === undefined) {
    context.report.notice("`--trace` has no effect without `--guardrail`");
  }
  const sources: Partial<Record<Parameter, string>> = {};
  for (const name of Object.keys(PARAMETER_FLAGS) as Parameter[]) {
    const setting = name in settings ? (settings[name as SettingName] as Setting<unknown> | null) : null;
    if (setting !== null && setting.origin !== "flag" && setting.origin !== "default")
      sources[name] = setting.source;
    if (setting?.origin !== "flag" && isInBody(base, name)) sources[name] = `--body ${name}`;
  }
  // They are written into the body last.
  Object.assign(sources, paramSources(flags.param ?? []));
  const warnings = checkParameters(model, {
    api: request.api,
    body: request.body,
    betas: request.betas,
    serviceTier: request.serviceTier,
    latency: request.latency,
    sources,
  });
  for (const { code, message } of warnings) context.report.warn(code, message);
  if (request.api === "converse") checkConverse(context, request);
  const limits = {
    contextWindow: model?.context_window ?? null,
    api: request.api,
    takesImages: model === null || model.modalities.includes("image"),
    takesPdf: model === null || model.pdf,
    model: model?.name ?? "the model",
  };
  const names = prompt.parts.map((part) => part.name);
  const before = [...(history ?? []), ...(base?.body.messages ?? [])].flatMap(mediaIn);
  checkMedia([...prompt.content, ...before], limits, names);
}

/** Images and documents with bytes; of a block that somebody else wrote nothing is assumed. */
function mediaIn({ content }: Message): ContentBlock[] {
  if (typeof content === "string") return [];
  return content.filter((block) => {
    const source = "source" in block ? (block.source as { type?: unknown; data?: unknown } | null) : null;
    return source?.type === "base64" && typeof source.data === "string";
  });
}

function isInBody(base: ParsedBody | null | undefined, name: Parameter): boolean {
  if (base === null || base === undefined) return false;
  if (name === "effort") return base.body.output_config?.effort !== undefined;
  if (name === "user_id") return base.body.metadata?.["user_id"] !== undefined;
  return base.body[name] !== undefined;
}

/** A prompt after an unanswered one joins it: the roles must take turns. */
function withPrompt(history: Message[], content: ContentBlock[]): Message[] {
  const last = history.at(-1);
  if (content.length === 0) return history;
  if (last?.role !== "user") return [...history, { role: "user", content }];
  const before: ContentBlock[] =
    typeof last.content === "string" ? [{ type: "text", text: last.content }] : last.content;
  return [...history.slice(0, -1), { role: "user", content: [...before, ...content] }];
}

/** A flag wins over the body, the body over every other source of the setting. */
function pick(setting: Setting<unknown> | null, inBody: unknown): unknown {
  if (inBody === undefined) return setting?.value ?? null;
  return setting?.origin === "flag" ? setting.value : inBody;
}

function optional(key: string, value: unknown): Record<string, unknown> {
  return value === null || value === undefined ? {} : { [key]: value };
}

function thinkingOf({ thinking }: Settings): number | "adaptive" | "off" | null {
  if (thinking === null) return null;
  if (/^\d+$/.test(thinking.value)) return Number(thinking.value);
  if (thinking.value === "adaptive" || thinking.value === "off") return thinking.value;
  throw new CbrError("bad_flag_value", {
    message: `\`${thinking.source}\`: \`${thinking.value}\` is neither a number of tokens nor \`adaptive\` nor \`off\``,
  });
}
