import type { Usage } from "../core/messages.ts";

/** `-u`: one line of tokens, cache, cost and time. What is not known is said to be unknown, never 0. */
export function usageLine(
  usage: Usage | null,
  costUsd: number | null,
  timing: { firstTokenMs: number | null; totalMs: number },
): string {
  const tokens =
    usage === null
      ? "usage unknown"
      : `${usage.input_tokens} in, ${usage.output_tokens} out, cache ${usage.cache_read_input_tokens} read, ${usage.cache_creation_input_tokens} written`;
  const cost = costUsd === null ? "cost unknown" : `$${money(costUsd)}`;
  const first = timing.firstTokenMs === null ? "" : ` (first token ${seconds(timing.firstTokenMs)})`;
  return `${tokens} · ${cost} · ${seconds(timing.totalMs)}${first}`;
}

/** US dollars with as many digits as a small amount needs, and no exponent. */
export function money(usd: number): string {
  if (usd >= 1) return usd.toFixed(2);
  // Two digits of what is smaller: a cost that is known never reads as nothing.
  const digits = usd > 0 ? Math.max(6, 1 - Math.floor(Math.log10(usd))) : 6;
  return usd.toFixed(digits).replace(/0+$/, "").replace(/\.$/, ".0");
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
