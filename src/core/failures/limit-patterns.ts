// Quotas, throttling, capacity and faults on AWS's side: what waiting cures, and what it does not.
import type { Match, Pattern } from "./failure.ts";
import { inRegion, theModel } from "./words.ts";

const busy = ["busy", "failed"] as const;

export const LIMIT_PATTERNS: readonly Pattern[] = [
  {
    code: "daily_quota",
    kinds: ["busy", "refused"],
    message: /(?:tokens|requests) per day|daily (?:token |request )?(?:quota|limit)/i,
    sentence: ({ facts }) => `the daily token quota for ${theModel(facts)}${inRegion(facts)} is used up`,
    hint: "trying again within the day does not help: use another model, `--geo` or region, or ask for a higher quota",
  },
  {
    code: "throttled",
    kinds: busy,
    message: /too many tokens\b(?! per day)|tokens per minute/i,
    sentence: ({ facts }) =>
      `the tokens-per-minute quota for ${theModel(facts)}${inRegion(facts)} is used up`,
    hint: "wait and try again; a lower `--max-tokens` counts less against the quota, `--geo global` has its own; the prompt is not too long",
  },
  {
    code: "too_many_connections",
    kinds: busy,
    message: /too many (?:concurrent )?(?:connections|streams)/i,
  },
  {
    code: "throttled",
    kinds: busy,
    message: /too many requests|requests per minute|getting throttled|rate exceeded|rate limit/i,
    sentence: throttledSentence,
  },
  {
    code: "overloaded",
    kinds: busy,
    message: /overloaded|unable to process your request|no capacity|insufficient capacity/i,
    sentence: ({ facts }) => `${theModel(facts)} is overloaded${inRegion(facts)}`,
  },
  {
    code: "model_not_ready",
    kinds: busy,
    message: /is not ready (?:to serve|for) inference/i,
  },
  { code: "model_not_ready", kinds: busy, names: ["modelnotready"] },
  {
    code: "model_timeout",
    kinds: busy,
    message: /exceeded the model timeout|took too long to process/i,
    hint: "try again with streaming, a lower `--max-tokens` or less `--effort`",
  },
  { code: "model_timeout", kinds: busy, names: ["modeltimeout"] },
  {
    code: "model_error",
    kinds: busy,
    message:
      /an error occurred while streaming the (?:response|reply)|due to an error while processing the model/i,
  },
  { code: "model_error", kinds: busy, names: ["modelerror", "modelstreamerror"] },
  {
    code: "internal_server_error",
    kinds: ["failed"],
    message: /encountered an unexpected error during processing|internal server error/i,
    hint: "try again; if it stays, give AWS Support the request id",
  },
  {
    code: "service_unavailable",
    kinds: busy,
    message:
      /service isn.?t currently available|service (?:is )?(?:temporarily |currently )?(?:unavailable|not available)/i,
  },
  { code: "quota_exceeded", kinds: ["refused", "busy"], names: ["servicequotaexceeded"] },
  {
    code: "quota_exceeded",
    kinds: ["refused", "busy"],
    message: /exceeds the service quota|service ?quota ?exceeded/i,
  },

  {
    code: "throttled",
    kinds: ["busy"],
    names: ["throttling", "throttled", "ratelimit", "toomanyrequests", "requestlimitexceeded", "slowdown"],
    sentence: throttledSentence,
  },
  { code: "overloaded", kinds: ["busy"], names: ["overloaded"] },
  { code: "service_unavailable", kinds: ["busy"], names: ["serviceunavailable"] },
  { code: "throttled", kinds: ["busy"], status: 429, sentence: throttledSentence },
  { code: "overloaded", kinds: ["busy"], status: 529 },
  { code: "model_timeout", kinds: ["failed"], status: 408 },
  { code: "model_error", kinds: ["failed"], status: 424 },
];

function throttledSentence({ facts }: Match): string {
  return facts.modelId === undefined
    ? "Bedrock is throttling this account"
    : `Bedrock is throttling requests for ${theModel(facts)}${inRegion(facts)}`;
}
