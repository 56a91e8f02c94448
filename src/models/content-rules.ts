// Rules about the content of messages: what may be in them, who may speak last, what may be cached how long.
import type { Api } from "../core/claude.ts";
import { CbrError } from "../core/errors.ts";
import type { MessagesBody } from "../core/messages.ts";
import type { CatalogModel } from "./catalog.ts";
import type { Refuse } from "./rules.ts";

const MAX_BREAKPOINTS = 4;
const REQUEST_METADATA = /^[a-zA-Z0-9 \t\n\v\f\r:_@$#=/+,.-]{0,256}$/;

/** Refuses pictures and PDFs for models that read only text, prefill, and cache lifetimes the model lacks. */
export function refuseContent(model: CatalogModel | null, body: MessagesBody, refuse: Refuse): void {
  const found = lookThrough(body);
  const isTextOnly = model !== null && !model.modalities.includes("image");
  if (isTextOnly && found.hasImage) refuse("file", null, "reads text only, no images");
  if (model?.pdf === false && found.hasPdf) refuse("file", null, "reads text only, no PDFs");
  if (model?.prefill === false && body.messages.at(-1)?.role === "assistant") {
    refuse("prefill", null, "does not continue an answer (prefill): the last message must be the user's");
  }
  const ttls = model?.cache.ttls ?? [];
  for (const ttl of found.cacheTtls) {
    const isKnown = ttls.length === 0 || (ttls as readonly string[]).includes(ttl);
    if (!isKnown) refuse("cache", ttl, `caches for ${ttls.join(" or ")}`);
  }
  if (found.cacheTtls.length > MAX_BREAKPOINTS) {
    refuse(
      "cache",
      null,
      `takes at most ${MAX_BREAKPOINTS} cache breakpoints, and there are ${found.cacheTtls.length}`,
    );
  }
}

/** A stop sequence of white space alone is a 400 of every model. */
export function refuseStops(body: MessagesBody, refuse: Refuse): void {
  const stops: unknown = body.stop_sequences;
  if (!Array.isArray(stops)) return;
  const blank = stops.find((stop) => typeof stop === "string" && stop.trim() === "");
  if (blank !== undefined) {
    refuse("stop_sequences", JSON.stringify(blank), "accepts stop sequences that are more than white space");
  }
}

/**
 * `metadata.user_id` is a text; the runtime's Messages endpoint passes it on as Bedrock's request metadata, whose
 * pattern is narrower than Anthropic's own (no JSON), and answers 400 for the rest.
 */
export function refuseUserId(api: Api, body: MessagesBody, refuse: Refuse): void {
  const userId = body.metadata?.["user_id"];
  if (userId === undefined || userId === null) return;
  if (typeof userId !== "string") refuse("user_id", null, "accepts a text in quotes");
  if (api !== "messages" || REQUEST_METADATA.test(userId)) return;
  throw new CbrError("parameter_not_supported", {
    message:
      "`metadata.user_id`: the API `messages` accepts at most 256 letters, digits, spaces and `_:@$#=/+,.-`",
    hint: "shorten or encode it, or use `--api invoke`, which takes any text",
  });
}

interface Found {
  hasImage: boolean;
  hasPdf: boolean;
  cacheTtls: string[];
}

/** Bodies may come from a user's file, so nothing is assumed of the shape of a block. */
function lookThrough(body: MessagesBody): Found {
  const found: Found = { hasImage: false, hasPdf: false, cacheTtls: [] };
  look(body.tools, found);
  look(body.system, found);
  for (const message of body.messages) look(message.content, found);
  return found;
}

function look(blocks: unknown, found: Found): void {
  if (!Array.isArray(blocks)) return;
  for (const block of blocks) {
    if (!isRecord(block)) continue;
    const raw = block["type"] === "other" && isRecord(block["raw"]) ? block["raw"] : block;
    const source = isRecord(raw["source"]) ? raw["source"] : {};
    if (raw["type"] === "image") found.hasImage = true;
    if (raw["type"] === "document" && source["media_type"] === "application/pdf") found.hasPdf = true;
    const cache = raw["cache_control"];
    if (isRecord(cache)) found.cacheTtls.push(typeof cache["ttl"] === "string" ? cache["ttl"] : "5m");
    look(raw["content"], found);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
