// The conversation itself: tool pairs, signed thinking, roles, blocks, cache breakpoints.
import type { Pattern } from "./failure.ts";
import { theModel } from "./words.ts";

const kinds = ["refused"] as const;

export const MESSAGE_PATTERNS: readonly Pattern[] = [
  {
    code: "thinking_blocks_changed",
    kinds,
    message: /thinking[`'"]? blocks in the latest assistant message cannot be modified/i,
  },
  {
    code: "thinking_blocks_changed",
    kinds,
    message: /invalid [`'"]?signature[`'"]? in [`'"]?thinking/i,
    sentence: () => "a thinking block in the history carries a signature of another model or platform",
    hint: "remove the thinking blocks of earlier turns",
  },
  {
    code: "thinking_blocks_changed",
    kinds,
    message: /thinking\.signature: field required/i,
    sentence: () => "a thinking block in the history has lost its signature",
    hint: "send the block back with its `signature`, or remove it",
  },
  {
    code: "thinking_blocks_changed",
    kinds,
    message: /expected [`'"]?thinking[`'"]? or [`'"]?redacted_thinking[`'"]?, but found/i,
    sentence: () => "with thinking on, an assistant turn with tools must begin with its thinking block",
    hint: "put the thinking block back, or use `--thinking off`",
  },
  {
    code: "tool_results_unpaired",
    kinds,
    message: /tool_use[`'"]? ids were found without [`'"]?tool_result/i,
    sentence: () => "a tool call in the history has no result after it",
    hint: "add a `tool_result` for each id that the message names, with `is_error` where the tool did not run",
  },
  {
    code: "tool_results_unpaired",
    kinds,
    message: /unexpected [`'"]?tool_use_id|number of toolresult blocks.*exceeds/i,
    sentence: () => "a tool result in the history belongs to no tool call",
    hint: "remove the `tool_result`, or put the turn with its `tool_use` back",
  },
  { code: "tools_missing", kinds, message: /toolconfig field must be defined/i },
  {
    code: "tools_invalid",
    kinds,
    message: /tool names must be unique/i,
    sentence: () => "two tools have the same name",
    hint: "rename one of them",
  },
  {
    code: "tools_invalid",
    kinds,
    message: /input_schema does not support oneof, allof, or anyof/i,
    sentence: () => "a tool's schema is a union at its top level",
    hint: 'wrap it: `{"type":"object","properties":{…}}`',
  },
  {
    code: "tool_not_supported",
    kinds,
    message: /input tag [`'"]([^`'"]+)[`'"] found using/i,
    sentence: ({ groups, facts }) =>
      `${theModel(facts)} does not have the tool type \`${groups[1]}\` on Bedrock`,
  },
  {
    code: "tool_not_supported",
    kinds,
    message: /not support tool types:? ([\w-]+)|tool type [`'"]([^`'"]+)[`'"] is not supported/i,
    sentence: ({ groups, facts }) =>
      `${theModel(facts)} does not have the tool type \`${groups[1] ?? groups[2]}\` on Bedrock`,
  },
  {
    code: "prefill_not_supported",
    kinds,
    message: /not support assistant message prefill|conversation must end with a user message/i,
    sentence: ({ facts }) => `${theModel(facts)} does not take the beginning of its own answer`,
  },
  { code: "trailing_whitespace", kinds, message: /cannot end with trailing white ?space/i },
  {
    code: "roles_invalid",
    kinds,
    message: /conversation must start with a user message/i,
    sentence: () => "the conversation does not start with a user message",
    hint: "put a user message first",
  },
  {
    code: "roles_invalid",
    kinds,
    message: /must alternate between|roles must alternate/i,
    sentence: () => "two messages of the same role follow each other",
    hint: "merge them into one message",
  },
  {
    code: "roles_invalid",
    kinds,
    message: /role [`'"]?system[`'"]? is not supported|unexpected role [`'"]?system/i,
    sentence: ({ facts }) => `${theModel(facts)} takes no system message inside the conversation`,
    hint: "use `--system`, or the body's top-level `system`",
  },
  {
    code: "cache_control_invalid",
    kinds,
    message: /maximum of (\d+) blocks with cache_control.*?(?:found (\d+))?/i,
    sentence: ({ groups }) => `a request has at most ${groups[1]} cache breakpoints`,
    hint: "remove some `cache_control`; tools, system and messages count together",
  },
  {
    code: "cache_control_invalid",
    kinds,
    message: /ttl=[`'"]?1h[`'"]? cache_control block must not come after/i,
    sentence: () => "a one-hour cache breakpoint comes after a five-minute one",
    hint: "put the one-hour breakpoints first; the order is tools, system, messages",
  },
  {
    code: "cache_control_invalid",
    kinds,
    message: /cache_control cannot be set for empty/i,
    sentence: () => "a cache breakpoint stands on an empty text block",
    hint: "remove the empty block, or its `cache_control`",
  },
  {
    code: "empty_block",
    kinds,
    message:
      /text content blocks must|text field in the contentblock object.*is blank|contentblock object.*must set one of the following keys/i,
  },
  {
    code: "block_not_permitted",
    kinds,
    message: /documents?[`'"]? (?:blocks?|content).*assistant|citations[`'"]?.*user messages?/i,
    hint: "move the block, or leave the API version to cbr",
  },
  { code: "metadata_invalid", kinds, message: /request ?metadata.*(?:regular expression|invalid)/i },
];
