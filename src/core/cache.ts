// `--cache`: where the breakpoints go. A prefix shorter than the model's minimum is not cached by the service, so none is put.
import type { CacheControl, ContentBlock, MessagesBody } from "./messages.ts";

/** The service takes no more. */
const MOST = 4;

export interface CachePlan {
  ttl: "5m" | "1h";
  /** The model's shortest cacheable prefix in tokens; null where unknown. */
  minTokens: number | null;
}

/**
 * `body` with breakpoints on the system prompt and the last attachments, and a notice where the prefix is too short.
 * Breakpoints that the body has get the same lifetime: the service takes no longer one after a shorter.
 */
export function withCache(
  body: MessagesBody,
  plan: CachePlan,
): { body: MessagesBody; notice: string | null } {
  const cache_control: CacheControl =
    plan.ttl === "1h" ? { type: "ephemeral", ttl: "1h" } : { type: "ephemeral" };
  const isLongEnough = (tokens: number) => plan.minTokens === null || tokens >= plan.minTokens;
  const own = countBreakpoints(body);
  const result: MessagesBody = own === 0 ? { ...body } : (withLifetime(body, cache_control) as MessagesBody);
  let tokens = estimateTokens(body.tools ?? []) + estimateTokens(body.system ?? []);
  let left = MOST - own;

  const hasSystem = body.system !== undefined && body.system.length > 0;
  if (hasSystem && left > 0 && isLongEnough(tokens) && countBreakpoints(body.system) === 0) {
    const blocks =
      typeof body.system === "string" ? [{ type: "text" as const, text: body.system }] : (body.system ?? []);
    result.system = blocks.map((block, i) => (i === blocks.length - 1 ? { ...block, cache_control } : block));
    left--;
  }
  const attachments: ContentBlock[] = [];
  let hasAttachment = false;
  for (const { content } of result.messages) {
    for (const block of typeof content === "string" ? [] : content) {
      tokens += estimateTokens(block);
      if (!isAttachment(block)) continue;
      hasAttachment = true;
      if (isLongEnough(tokens) && !("cache_control" in block)) attachments.push(block);
    }
    if (typeof content === "string") tokens += estimateTokens(content);
  }
  const chosen = new Set(left > 0 ? attachments.slice(-left) : []);
  result.messages = result.messages.map((message) => {
    if (typeof message.content === "string") return message;
    const content = message.content.map((block) =>
      chosen.has(block) ? ({ ...block, cache_control } as ContentBlock) : block,
    );
    return { ...message, content };
  });
  if (own > 0 || left < MOST || chosen.size > 0) return { body: result, notice: null };
  const reason =
    hasSystem || hasAttachment
      ? `the prompt is shorter than the ${plan.minTokens} tokens this model caches`
      : "there is no system prompt and no file to cache";
  return { body: result, notice: `\`--cache\` has no effect: ${reason}` };
}

/** The longest lifetime that breakpoints in `body` ask for; undefined where there are none. */
export function cacheTtlIn(body: MessagesBody): "5m" | "1h" | undefined {
  const ttls = breakpointsIn([body.tools, body.system, body.messages]).map((control) => control.ttl ?? "5m");
  return ttls.includes("1h") ? "1h" : ttls.length > 0 ? "5m" : undefined;
}

/** A rough count of the tokens in anything that will be sent: about four characters each; pictures about 1,600. */
export function estimateTokens(value: unknown): number {
  if (typeof value === "string") return Math.ceil(value.length / 4);
  if (typeof value !== "object" || value === null) return 1;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + estimateTokens(item), 0);
  const block = value as { type?: unknown; source?: { data?: unknown } };
  if (block.type === "image") return 1600;
  if (block.type === "document" && typeof block.source?.data === "string") {
    return Math.ceil(block.source.data.length / 24);
  }
  return Object.values(value).reduce((sum: number, item) => sum + estimateTokens(item), 0);
}

/** What `-f` attached, in this turn or an earlier one. */
function isAttachment(block: ContentBlock): boolean {
  if (block.type === "image" || block.type === "document") return true;
  return block.type === "text" && block.text.startsWith('<document path="');
}

function withLifetime(value: unknown, control: CacheControl): unknown {
  if (Array.isArray(value)) return value.map((item) => withLifetime(item, control));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "cache_control" && isControl(inner) ? control : withLifetime(inner, control),
    ]),
  );
}

function countBreakpoints(value: unknown): number {
  return breakpointsIn(value).length;
}

function breakpointsIn(value: unknown): CacheControl[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "cache_control" in value && isControl(value.cache_control) ? [value.cache_control] : [];
  return [...own, ...Object.values(value).flatMap(breakpointsIn)];
}

function isControl(value: unknown): value is CacheControl {
  return typeof value === "object" && value !== null && "type" in value && value.type === "ephemeral";
}
