// From flags, settings and prompt to the one request that will be sent, and the route it takes.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Api, ClaudeRequest } from "../core/claude.ts";
import { CbrError } from "../core/errors.ts";
import type { ContentBlock, Message, MessagesBody } from "../core/messages.ts";
import { setParam } from "../core/param.ts";
import { type Route, resolveRoute } from "../models/route.ts";
import type { Settings } from "../settings/settings.ts";
import type { Context } from "./context.ts";
import type { RequestFlags } from "./request-flags.ts";

export interface BuiltRequest {
  request: ClaudeRequest;
  route: Route;
}

export interface RequestParts {
  flags: RequestFlags;
  settings: Settings;
  /** The new user message; empty when the body's or the session's messages are all there is. */
  content: ContentBlock[];
  /** Turns before it. */
  history: readonly Message[];
  stream: boolean;
}

/** Resolves model, geo, region and API and says on stderr what was chosen for the user. Throws CbrError before any request. */
export function chooseRoute(context: Context, flags: RequestFlags, settings: Settings): Route {
  const { report } = context;
  const route = resolveRoute({
    model: settings.model,
    geo: settings.geo,
    region: settings.region,
    aliases: settings.aliases,
    isChecked: flags.check !== false,
    api: (settings.api?.value ?? null) as Api | null,
    live: null,
  });
  for (const { code, message } of route.warnings) report.warn(code, message);
  for (const notice of route.notices) report.notice(notice);
  report.verbose(`model: ${route.modelId} (geo ${route.geo ?? "unknown"})`);
  report.verbose(`region: ${route.region.value} (${route.region.source})`);
  report.verbose(`api: ${route.api} (${route.apiReason})`);
  return route;
}

/** Builds the request for `route`. Throws CbrError of exit code 2 for what the model does not take. */
export function buildRequest(route: Route, parts: RequestParts): ClaudeRequest {
  const { flags, settings } = parts;
  const body: MessagesBody = {
    max_tokens: settings.max_tokens?.value ?? Math.min(8192, route.model?.max_output_tokens ?? 8192),
    messages: [
      ...parts.history,
      ...(parts.content.length > 0 ? [{ role: "user" as const, content: parts.content }] : []),
    ],
    ...(settings.system !== null && { system: settings.system.value }),
    ...(settings.temperature !== null && { temperature: settings.temperature.value }),
    ...(settings.top_p !== null && { top_p: settings.top_p.value }),
    ...(settings.top_k !== null && { top_k: settings.top_k.value }),
    ...(flags.stop && { stop_sequences: flags.stop }),
  };
  for (const param of flags.param ?? []) setParam(body, param);
  return {
    api: route.api,
    modelId: route.modelId,
    region: route.region.value,
    stream: parts.stream,
    body,
    betas: [...new Set(flags.beta ?? [])],
    ...(flags.guardrail !== undefined && { guardrail: guardrailOf(flags.guardrail) }),
    ...(flags.trace && { trace: "enabled" as const }),
    ...(flags.serviceTier !== undefined && { serviceTier: flags.serviceTier }),
    ...(flags.latency !== undefined && { latency: flags.latency }),
    ...(flags.tag && { tags: tagsOf(flags.tag) }),
  };
}

/** `--system-file`'s text. Throws CbrError `file_unreadable`. */
export async function readSystemFile(path: string, cwd: string): Promise<string> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(resolve(cwd, path)));
    if (text.trim() === "")
      throw new CbrError("empty_file", { message: `the system prompt file \`${path}\` is empty` });
    return text;
  } catch (error) {
    if (error instanceof CbrError) throw error;
    if (error instanceof TypeError)
      throw new CbrError("invalid_utf8", { message: `\`${path}\` is not UTF-8` });
    throw new CbrError("file_unreadable", {
      message: `cannot read the system prompt file \`${path}\`: ${(error as NodeJS.ErrnoException).code ?? "failed"}`,
    });
  }
}

function guardrailOf(text: string): { id: string; version: string } {
  // An ARN has colons of its own; only a version or DRAFT after the last one is a version.
  const match = /^(.+?)(?::(DRAFT|\d{1,8}))?$/.exec(text);
  return { id: match?.[1] ?? text, version: match?.[2] ?? "DRAFT" };
}

const TAG_KEY = /^[a-zA-Z0-9\s:_@$#=/+,\-.]{1,256}$/;
const TAG_VALUE = /^[a-zA-Z0-9\s:_@$#=/+,\-.]{0,256}$/;

/** Bedrock's request metadata: at most 16 pairs of its pattern (InvokeModel API reference). */
function tagsOf(tags: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const tag of tags) {
    const at = tag.indexOf("=");
    const [key, value] = at === -1 ? [tag, null] : [tag.slice(0, at), tag.slice(at + 1)];
    if (value === null || !TAG_KEY.test(key) || !TAG_VALUE.test(value)) {
      throw new CbrError("bad_flag_value", {
        message: `\`--tag ${tag}\` is not KEY=VALUE of letters, digits, spaces and \`: _ @ $ # = / + , - .\`, 256 at most`,
        hint: "as in `--tag team=search`",
      });
    }
    result[key] = value;
  }
  if (Object.keys(result).length > 16) {
    throw new CbrError("bad_flag_value", { message: "`--tag` takes at most 16 pairs", hint: "drop some" });
  }
  return result;
}
