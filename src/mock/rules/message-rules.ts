import { checkDocument, checkImage, checkMediaCounts } from "./media-rules.ts";
import { isThinkingAsked } from "./reasoning-rules.ts";
import { type Fields, isFields, type RuleContext, refuse, refuseExtraKeys } from "./violation.ts";

/** Models that take a message of role system in the middle of a conversation. */
const TAKES_SYSTEM_ROLE = ["claude-opus-4-8", "claude-opus-5", "claude-fable-5", "claude-fable-5-1"];

export function checkMessages(messages: unknown, body: Fields, context: RuleContext): void {
  if (!Array.isArray(messages)) refuse("messages: Input should be a valid list");
  if (messages.length === 0) refuse("messages: at least one message is required");
  for (const [index, message] of messages.entries()) {
    if (!isFields(message)) refuse(`messages.${index}: Input should be an object`);
    refuseExtraKeys(message, ["role", "content"], `messages.${index}`);
    checkRole(message["role"], index, context);
    checkContent(message, index, context);
  }
  const list = messages as Fields[];
  if (list[0]?.["role"] !== "user") refuse('messages: first message must use the "user" role');
  checkToolPairs(list);
  checkPrefill(list, body, context);
  checkMediaCounts(list, context);
}

export function checkSystem(system: unknown): void {
  if (system === undefined || typeof system === "string") return;
  if (!Array.isArray(system)) refuse("system: Input should be a valid list");
  for (const [index, block] of (system as Fields[]).entries()) {
    const path = `system.${index}`;
    if (!isFields(block) || block["type"] !== "text") refuse(`${path}.type: Input should be 'text'`);
    refuseExtraKeys(block, ["type", "text", "cache_control", "citations"], path);
    if (typeof block["text"] !== "string") refuse(`${path}.text: Field required`);
    if (block["text"] === "") refuse("system: text content blocks must be non-empty");
  }
}

function checkRole(role: unknown, index: number, context: RuleContext): void {
  if (role === "user" || role === "assistant") return;
  if (role === "system") {
    if (TAKES_SYSTEM_ROLE.includes(context.model.key)) return;
    refuse("role 'system' is not supported on this model");
  }
  refuse(`messages.${index}.role: Input should be 'user' or 'assistant'`);
}

function checkContent(message: Fields, index: number, context: RuleContext): void {
  const content = message["content"];
  const path = `messages.${index}.content`;
  if (typeof content === "string") {
    if (content === "")
      refuse(`messages.${index}: ${String(message["role"])} messages must have non-empty content`);
    if (content.trim() === "") refuse("messages: text content blocks must contain non-whitespace text");
    return;
  }
  if (!Array.isArray(content)) refuse(`${path}: Input should be a valid string or list`);
  if (content.length === 0)
    refuse(`messages.${index}: ${String(message["role"])} messages must have non-empty content`);
  for (const [at, block] of content.entries()) checkBlock(block, `${path}.${at}`, message["role"], context);
}

const TAGS = [
  "document",
  "image",
  "redacted_thinking",
  "search_result",
  "text",
  "thinking",
  "tool_result",
  "tool_use",
];

function checkBlock(block: unknown, path: string, role: unknown, context: RuleContext): void {
  if (!isFields(block)) refuse(`${path}: Input should be an object`);
  const type = String(block["type"]);
  const keys = (names: string[]) => refuseExtraKeys(block, ["type", ...names], `${path}.${type}`);
  const onlyIn = (wanted: string) => {
    if (role !== wanted) refuse(`${path}: \`${type}\` blocks can only be in \`${wanted}\` messages`);
  };
  switch (type) {
    case "text":
      keys(["text", "cache_control", "citations"]);
      checkText(block, path);
      return;
    case "image":
      keys(["source", "cache_control"]);
      checkImage(block, path);
      return;
    case "document":
      keys(["source", "title", "context", "citations", "cache_control"]);
      checkDocument(block, path, context);
      return;
    case "tool_use":
      keys(["id", "name", "input", "cache_control"]);
      onlyIn("assistant");
      requireString(block, "id", path);
      requireString(block, "name", path);
      if (!/^[a-zA-Z0-9_-]+$/.test(String(block["id"]))) {
        refuse(`${path}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
      }
      if (!isFields(block["input"])) refuse(`${path}.tool_use.input: Input should be a valid dictionary`);
      return;
    case "tool_result":
      keys(["tool_use_id", "content", "is_error", "cache_control"]);
      onlyIn("user");
      requireString(block, "tool_use_id", path);
      if (Array.isArray(block["content"])) {
        for (const [at, inner] of block["content"].entries()) {
          checkBlock(inner, `${path}.tool_result.content.${at}`, role, context);
        }
      }
      return;
    case "thinking":
      keys(["thinking", "signature"]);
      onlyIn("assistant");
      checkThinkingBlock(block, path, context);
      return;
    case "redacted_thinking":
      keys(["data"]);
      onlyIn("assistant");
      requireString(block, "data", path);
      return;
    case "search_result":
      keys(["source", "title", "content", "citations", "cache_control"]);
      return;
    default:
      refuse(
        `${path}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${TAGS.map((tag) => `'${tag}'`).join(", ")}`,
      );
  }
}

function checkText(block: Fields, path: string): void {
  const text = block["text"];
  if (text === undefined) refuse(`${path}.text.text: Field required`);
  if (typeof text !== "string") refuse(`${path}.text.text: Input should be a valid string`);
  if (text === "") {
    if (block["cache_control"]) refuse(`${path}.text: cache_control cannot be set for empty text blocks`);
    refuse("messages: text content blocks must be non-empty");
  }
  if (text.trim() === "") refuse("messages: text content blocks must contain non-whitespace text");
  if (!text.isWellFormed()) refuse("The request body is not valid JSON: no low surrogate in string");
}

function checkThinkingBlock(block: Fields, path: string, context: RuleContext): void {
  if (block["thinking"] === undefined) refuse(`${path}.thinking.thinking: Field required`);
  if (block["signature"] === undefined) refuse(`${path}.thinking.signature: Field required`);
  if (!context.isKnownSignature(String(block["signature"]), String(block["thinking"]))) {
    refuse(`${path}: Invalid \`signature\` in \`thinking\` block`);
  }
}

function requireString(block: Fields, key: string, path: string): void {
  if (block[key] === undefined) refuse(`${path}.${String(block["type"])}.${key}: Field required`);
  if (typeof block[key] !== "string")
    refuse(`${path}.${String(block["type"])}.${key}: Input should be a valid string`);
}

function blocksOf(message: Fields | undefined): Fields[] {
  const content = message?.["content"];
  return Array.isArray(content) ? (content as Fields[]) : [];
}

/** Each tool_use is answered in the very next message, and nothing else is. */
function checkToolPairs(messages: readonly Fields[]): void {
  for (const [index, message] of messages.entries()) {
    const results = blocksOf(message).filter((block) => block["type"] === "tool_result");
    const uses = blocksOf(messages[index - 1]).filter((block) => block["type"] === "tool_use");
    const stray = results.find((result) => !uses.some((use) => use["id"] === result["tool_use_id"]));
    if (stray) {
      const at = blocksOf(message).indexOf(stray);
      refuse(
        `messages.${index}.content.${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${String(stray["tool_use_id"])}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
    const open = uses.filter((use) => !results.some((result) => result["tool_use_id"] === use["id"]));
    if (open.length > 0) refuseOpen(index - 1, open);
  }
  const last = blocksOf(messages.at(-1)).filter((block) => block["type"] === "tool_use");
  if (last.length > 0) refuseOpen(messages.length - 1, last);
}

function refuseOpen(index: number, uses: readonly Fields[]): never {
  refuse(
    `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${uses.map((use) => String(use["id"])).join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  );
}

function checkPrefill(messages: readonly Fields[], body: Fields, context: RuleContext): void {
  const last = messages.at(-1);
  if (last?.["role"] !== "assistant") return;
  if (context.model.prefill === false) {
    refuse(
      "This model does not support assistant message prefill. The conversation must end with a user message.",
    );
  }
  if (isThinkingAsked(body)) {
    refuse(
      "Your API request included an `assistant` message in the final position, which would pre-fill the `assistant` response. When thinking is enabled, pre-filling the `assistant` response is not supported.",
    );
  }
  const content = last["content"];
  const text = typeof content === "string" ? content : String(blocksOf(last).at(-1)?.["text"] ?? "");
  if (/\s$/.test(text)) refuse("messages: final assistant content cannot end with trailing whitespace");
}
