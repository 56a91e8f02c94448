// Which `anthropic-beta` names Bedrock takes. From AWS's parameter page for Claude and from what gateways forward.

/** Betas that Bedrock is known to accept. */
export const BEDROCK_BETAS: ReadonlySet<string> = new Set([
  "computer-use-2024-10-22",
  "computer-use-2025-01-24",
  "computer-use-2025-11-24",
  "token-efficient-tools-2025-02-19",
  "interleaved-thinking-2025-05-14",
  "output-128k-2025-02-19",
  "dev-full-thinking-2025-05-14",
  "context-1m-2025-08-07",
  "context-management-2025-06-27",
  "effort-2025-11-24",
  "tool-search-tool-2025-10-19",
  "tool-examples-2025-10-29",
  "fine-grained-tool-streaming-2025-05-14",
  "compact-2026-01-12",
  "compact-2026-09-04",
  "dangerous-tool-use-2026-09-03",
  "thinking-binding-controls-2026-08-01",
  "mid-conversation-output-config-2026-07-01",
  "mid-conversation-tool-changes-2026-07-01",
  "thinking-display-updates-2026-08-18",
]);

/** First-party betas that Bedrock knows by another name. */
const RENAMED: Readonly<Record<string, string>> = {
  "advanced-tool-use-2025-11-20": "tool-search-tool-2025-10-19",
};

/** Beginnings of betas whose feature Bedrock lacks, or has without a beta; it answers "invalid beta flag" to them. */
const DROPPED = [
  "advisor",
  "code-execution",
  "fallback-credit",
  "fast-mode",
  "files-api",
  "mcp-client",
  "message-batches",
  "output-300k",
  "pdfs",
  "per-turn-control",
  "prompt-caching",
  "server-side-fallback",
  "skills",
  "structured-outputs",
  "user-profiles",
  "web-fetch",
  "web-search",
];

export type BetaFate =
  | { kind: "kept"; name: string }
  | { kind: "renamed"; name: string }
  | { kind: "dropped" }
  /** Newer than this table: sent as it is. */
  | { kind: "unknown"; name: string };

/** What becomes of a first-party beta on Bedrock. */
export function betaOnBedrock(beta: string): BetaFate {
  if (BEDROCK_BETAS.has(beta)) return { kind: "kept", name: beta };
  const renamed = RENAMED[beta];
  if (renamed !== undefined) return { kind: "renamed", name: renamed };
  const isDropped = DROPPED.some((name) => beta.replaceAll("_", "-").startsWith(name));
  return isDropped ? { kind: "dropped" } : { kind: "unknown", name: beta };
}
