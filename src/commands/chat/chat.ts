// What a conversation is while it goes on, and which way its next request takes.
import { buildRequest, chooseRoute, type RequestParts, sayChosen } from "../../cli/build-request.ts";
import type { Context } from "../../cli/context.ts";
import { listsFor } from "../../cli/live-lists.ts";
import type { ClaudeRequest } from "../../core/claude.ts";
import type { Message } from "../../core/messages.ts";
import type { PromptBlock } from "../../core/prompt.ts";
import { holdGuard, isGuard } from "../../models/guard.ts";
import type { Route } from "../../models/route.ts";
import { promptTokens } from "../../render/status-line.ts";
import type { Session } from "../../sessions/session.ts";
import type { Setting, Settings } from "../../settings/settings.ts";
import type { ChatFlags } from "./command.ts";

/** What slash commands and the session set over flags and settings. `null` takes a system prompt away. */
export interface Changes {
  model?: string;
  geo?: string;
  system?: string | null;
  thinking?: string;
  effort?: string;
}

export interface Chat {
  readonly context: Context;
  readonly flags: ChatFlags;
  /** As loaded; anew after a failure of credentials. */
  settings: Settings;
  /** The credentials failed: load everything about them again before the next request. */
  areSettingsStale: boolean;
  session: Session;
  /** False for a conversation that is in memory only. */
  isSaved: boolean;
  readonly isInteractive: boolean;
  readonly format: "text" | "json" | "stream-json";
  /** How answers look on a terminal. */
  readonly style: "rendered" | "raw" | "plain";
  changes: Changes;
  /** Those of the changes that came from the session, for errors to say so. */
  adopted: Changes;
  /** The way of the current model and geo; null until it is asked for. */
  route: Route | null;
  /** Files that go with the next message. */
  attachments: PromptBlock[];
  /** Tokens of the conversation as the service counted them last; null when it has changed since. */
  contextTokens: number | null;
  isLeaving: boolean;
  /** Keeps a message that was not typed at the prompt, so that it can be brought back there. */
  remember: (text: string) => void;
}

/** A prompt as it is sent. */
export type ChatPrompt = RequestParts["prompt"];

const NO_PROMPT: ChatPrompt = { content: [], parts: [] };

/** Takes over what the session was last held with, unless a flag says otherwise. */
export function adoptSession(chat: Chat, session: Session): void {
  const { model, geo, system, thinking, effort } = session.settings;
  const { settings } = chat;
  const isTyped = (setting: Setting<unknown> | null) => setting?.origin === "flag";
  const adopt = (value: unknown, isOverruled: boolean) => typeof value === "string" && !isOverruled;
  chat.session = session;
  chat.route = null;
  chat.contextTokens = contextOf(session);
  const isId = isTyped(settings.model) && hasOwnGeo(settings.model?.value ?? "");
  chat.adopted = {
    ...(adopt(model, isTyped(settings.model)) && { model: model as string }),
    ...(adopt(geo, settings.geo !== null || isId) && { geo: geo as string }),
    ...(adopt(system, isTyped(settings.system)) && { system: system as string }),
    ...(adopt(thinking, isTyped(settings.thinking)) && { thinking: thinking as string }),
    ...(adopt(effort, isTyped(settings.effort)) && { effort: effort as string }),
  };
  chat.changes = chat.adopted;
}

/** A typed profile id or ARN says where it goes; the geo that the session had does not hold for it. */
function hasOwnGeo(model: string): boolean {
  return /^arn:|\.anthropic\./.test(model);
}

/** Where a change is from, as errors name it. */
function sourceOf({ changes, adopted, session }: Chat, name: keyof Changes): string {
  return adopted[name] !== undefined && changes[name] === adopted[name]
    ? `session ${session.name}`
    : `/${name}`;
}

function contextOf(session: Session): number | null {
  const usage = session.lastUsage;
  return usage === null ? null : promptTokens(usage) + usage.output_tokens;
}

/** The way to the model in use, or to `model` for once. Throws CbrError for what cannot be called, or would leave a guarded geo. */
export async function routeOf(chat: Chat, model?: string): Promise<Route> {
  if (model === undefined && chat.route !== null) return chat.route;
  const route = await findRoute(chat, after(chat, model === undefined ? {} : { model }));
  if (model === undefined) chat.route = route;
  return route;
}

async function findRoute(chat: Chat, changes: Changes): Promise<Route> {
  const { context, flags, settings } = chat;
  const from = (name: keyof Changes) => sourceOf({ ...chat, changes }, name);
  const typed = changes.model ?? settings.model?.value ?? null;
  const lists = await listsFor(context, settings, typed, { isOffline: false });
  const route = chooseRoute(context, flags, settings, {
    live: lists.asked,
    ...(changes.model !== undefined && { model: { value: changes.model, source: from("model") } }),
    ...(changes.geo !== undefined && {
      geo: { value: changes.geo, source: from("geo"), origin: "default" as const },
    }),
  });
  sayChosen(context, route);
  // A geo chosen in the conversation is no flag: what the config file or the environment fences in stays in.
  if (changes.geo !== undefined && settings.geo !== null && isGuard(settings.geo)) {
    const { modelId, geo, region } = route;
    holdGuard(settings.geo, { modelId, geo, region: region.value, regions: null });
  }
  return route;
}

/** What holds once `changes` are made. */
function after(chat: Chat, changes: Changes): Changes {
  const next = { ...chat.changes, ...changes };
  if (hasOwnGeo(changes.model ?? "") && next.geo === chat.adopted.geo) delete next.geo;
  return next;
}

/** Makes `changes` if a request could be sent with them. Throws CbrError, and nothing has changed then. */
export async function change(chat: Chat, changes: Changes): Promise<Route> {
  const next = after(chat, changes);
  const changed: Chat = { ...chat, changes: next };
  const route = "model" in changes || "geo" in changes ? await findRoute(chat, next) : await routeOf(chat);
  const trial: ChatPrompt = {
    content: [{ type: "text", text: "-" }],
    parts: [{ name: "the prompt", kind: "words", bytes: 1 }],
  };
  requestFor(changed, route, trial, []);
  chat.changes = next;
  chat.route = route;
  return route;
}

/** The request for `prompt` after `history`, checked; `null` where the history already ends with the prompt. */
export function requestFor(
  chat: Chat,
  route: Route,
  prompt: ChatPrompt | null,
  history: readonly Message[],
): ClaudeRequest {
  return buildRequest(chat.context, route, {
    flags: { ...chat.flags, showThinking: chat.isInteractive },
    settings: changedSettings(chat),
    prompt: prompt ?? NO_PROMPT,
    history,
    stream: true,
  }).request;
}

function changedSettings(chat: Chat): Settings {
  const { settings, changes } = chat;
  const { system, thinking, effort } = changes;
  return {
    ...settings,
    ...(system !== undefined && {
      system: system === null ? null : { value: system, source: "/system", origin: "flag" as const },
    }),
    // Named in errors by their source, as a setting of a file would be.
    ...(thinking !== undefined && {
      thinking:
        thinking === ""
          ? null
          : { value: thinking, source: sourceOf(chat, "thinking"), origin: "file" as const },
    }),
    ...(effort !== undefined && {
      effort:
        effort === "" ? null : { value: effort, source: sourceOf(chat, "effort"), origin: "file" as const },
    }),
  };
}

/** The system prompt in use, null for none. */
export function systemOf(chat: Chat): string | null {
  return changedSettings(chat).system?.value ?? null;
}

/** What is called in words: the model's alias, else its id. */
export function modelName(route: Route): string {
  return route.model?.alias ?? route.modelId;
}

/** Says something to the person; foreign text in it must be sanitised. */
export function say({ context }: Chat, text: string): void {
  context.report.line(text);
}
