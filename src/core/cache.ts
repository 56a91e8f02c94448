// `--cache`: where the breakpoints go. A prefix shorter than the model's minimum is not cached by the service, so none is put.
import type { CacheControl, ContentBlock, MessagesBody } from "./messages.ts";

/** The service takes four breakpoints; one is left for whoever sends tools or history with their own. */
const MOST = 4;

export interface CachePlan {
  ttl: "5m" | "1h";
  /** The model's shortest cacheable prefix in tokens; null where unknown. */
  minTokens: number | null;
  /** Indexes, in the last message's content, of blocks that came from files. */
  fileBlocks: readonly number[];
}

/** `body` with breakpoints on the system prompt and the last attachments, and a notice where the prefix is too short. */
export function withCache(
  body: MessagesBody,
  plan: CachePlan,
): { body: MessagesBody; notice: string | null } {
  const cache_control: CacheControl =
    plan.ttl === "1h" ? { type: "ephemeral", ttl: "1h" } : { type: "ephemeral" };
  const isLongEnough = (tokens: number) => plan.minTokens === null || tokens >= plan.minTokens;
  let tokens = estimateTokens(body.tools ?? []) + estimateTokens(body.system ?? []);
  let left = MOST - countBreakpoints(body);
  const result: MessagesBody = { ...body };
  let placed = 0;

  if (body.system !== undefined && left > 0 && isLongEnough(tokens)) {
    const blocks =
      typeof body.system === "string" ? [{ type: "text" as const, text: body.system }] : body.system;
    result.system = blocks.map((block, i) => (i === blocks.length - 1 ? { ...block, cache_control } : block));
    placed++;
    left--;
  }
  const last = body.messages.at(-1);
  if (last !== undefined && typeof last.content !== "string") {
    tokens += estimateTokens(body.messages.slice(0, -1));
    const cacheable: number[] = [];
    for (const [i, block] of last.content.entries()) {
      tokens += estimateTokens(block);
      if (plan.fileBlocks.includes(i) && isLongEnough(tokens)) cacheable.push(i);
    }
    const chosen = new Set(left > 0 ? cacheable.slice(-left) : []);
    const content = last.content.map((block, i) =>
      chosen.has(i) ? ({ ...block, cache_control } as ContentBlock) : block,
    );
    result.messages = [...body.messages.slice(0, -1), { ...last, content }];
    placed += chosen.size;
  }
  if (placed > 0) return { body: result, notice: null };
  const reason =
    body.system === undefined && plan.fileBlocks.length === 0
      ? "there is no system prompt and no file to cache"
      : `the prompt is shorter than the ${plan.minTokens} tokens this model caches`;
  return { body, notice: `\`--cache\` has no effect: ${reason}` };
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

function countBreakpoints(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = "cache_control" in value && value.cache_control ? 1 : 0;
  return Object.values(value).reduce((sum: number, item) => sum + countBreakpoints(item), own);
}
