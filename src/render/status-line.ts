// What one answer was: a line under it.
import stringWidth from "string-width";
import type { Usage } from "../core/messages.ts";
import { sanitizeLine } from "./sanitize.ts";

export interface TurnStatus {
  model: string;
  geo: string | null;
  usage: Usage | null;
  /** Dollars; null where not known. */
  cost: number | null;
  sessionCost: number | null;
  /** Part of the context window in use, 0 to 1; null where not known. */
  contextUse: number | null;
}

/** What the turn was, as `joinFacts` lays it out. */
export function statusLine(status: TurnStatus, width: number): string {
  return joinFacts(factsOf(status), width);
}

/** One line, or more where `width` cells are too few; broken between facts only. No newline at the end. */
export function joinFacts(facts: readonly string[], width: number): string {
  const lines: string[] = [];
  for (const fact of facts) {
    const last = lines.at(-1);
    const joined = last === undefined ? fact : `${last} · ${fact}`;
    if (last === undefined || stringWidth(joined) >= width) lines.push(fact);
    else lines[lines.length - 1] = joined;
  }
  return lines.join("\n");
}

function factsOf({ model, geo, usage, cost, sessionCost, contextUse }: TurnStatus): string[] {
  const facts = [sanitizeLine(model, 60)];
  if (geo !== null && geo !== "none") facts.push(geo);
  if (usage === null) facts.push("usage unknown");
  else {
    facts.push(`${count(promptTokens(usage))} in`);
    if (usage.cache_read_input_tokens > 0) facts.push(`${count(usage.cache_read_input_tokens)} from cache`);
    facts.push(`${count(usage.output_tokens)} out`);
  }
  facts.push(cost === null ? "cost unknown" : `$${roundMoney(cost)}`);
  if (sessionCost !== null && sessionCost !== cost) facts.push(`session $${roundMoney(sessionCost)}`);
  if (contextUse !== null) facts.push(`context ${percent(contextUse)}`);
  return facts;
}

/** Dollars as people read them in passing: cents, and two digits of what is less than ten of them. */
function roundMoney(usd: number): string {
  if (usd >= 0.1 || usd === 0) return usd.toFixed(2);
  const digits = Math.min(6, 1 - Math.floor(Math.log10(usd)));
  return usd.toFixed(digits);
}

/** All tokens of a prompt, read from the cache or not. */
export function promptTokens(usage: Usage): number {
  return usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
}

/** `1,234` below ten thousand, then `12.3k`. */
export function count(tokens: number): string {
  if (tokens < 10_000) return String(tokens).replace(/\B(?=\d{3}$)/, ",");
  return tokens < 1_000_000 ? `${Number((tokens / 1000).toPrecision(3))}k` : `${(tokens / 1e6).toFixed(2)}M`;
}

/** A share as whole percent; what is there is never 0 %. */
export function percent(share: number): string {
  return share > 0 && share < 0.01 ? "<1 %" : `${Math.round(share * 100)} %`;
}
