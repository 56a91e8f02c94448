import { type RuleContext, refuse } from "./violation.ts";

/** Every beta that Bedrock lets through; those that Anthropic's own API has and Bedrock lacks are refused like unknown ones. */
const KNOWN = new Set([
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

export function checkBetas(context: RuleContext): void {
  const unknown = context.betas.filter((beta) => !KNOWN.has(beta));
  if (unknown.length === 0) return;
  if (context.api === "invoke" || context.api === "converse") refuse("invalid beta flag");
  refuse(
    `Unexpected value(s) ${unknown.map((beta) => `\`${beta}\``).join(", ")} for the \`anthropic-beta\` header. Please consult our documentation at platform.claude.com/docs or try again without the header.`,
  );
}
