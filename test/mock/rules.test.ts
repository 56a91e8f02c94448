import { describe, expect, it } from "vitest";
import { findModel } from "../../src/mock/models.ts";
import { checkBody } from "../../src/mock/rules/body-rules.ts";
import type { Api, Fields } from "../../src/mock/rules/violation.ts";

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function refusal(id: string, more: Fields, options: { api?: Api; betas?: string[] } = {}): string | null {
  const found = findModel(id);
  if (!found) throw new Error(`no model ${id}`);
  const api = options.api ?? "invoke";
  const body: Fields = {
    ...(api === "invoke" && { anthropic_version: "bedrock-2023-05-31" }),
    max_tokens: 4000,
    messages: [{ role: "user", content: "Hello" }],
    ...more,
  };
  for (const key of Object.keys(body)) if (body[key] === undefined) delete body[key];
  try {
    checkBody(body, {
      model: found.model,
      modelId: id,
      api,
      betas: options.betas ?? [],
      isKnownSignature: (signature) => signature === "good",
    });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const user = (...content: Fields[]) => ({ messages: [{ role: "user", content }] });
const say = { type: "text", text: "Hello" };
const tool = { name: "t", input_schema: { type: "object", properties: {} } };
const cached = (text: string, ttl?: string) => ({
  type: "text",
  text,
  cache_control: { type: "ephemeral", ...(ttl && { ttl }) },
});

const SONNET_45 = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const OPUS_45 = "us.anthropic.claude-opus-4-5-20251101-v1:0";
const OPUS_46 = "us.anthropic.claude-opus-4-6-v1";
const OPUS_47 = "us.anthropic.claude-opus-4-7";
const OPUS_5 = "us.anthropic.claude-opus-5";
const SONNET_5 = "us.anthropic.claude-sonnet-5";
const OPUS_55 = "us.anthropic.claude-opus-5-5";
const FABLE = "us.anthropic.claude-fable-5-1";

type Row = [
  what: string,
  model: string,
  more: Fields,
  message: RegExp,
  options?: { api?: Api; betas?: string[] },
];

const REFUSED: Row[] = [
  ["no version", OPUS_46, { anthropic_version: undefined }, /^anthropic_version: Field required/],
  ["another version", OPUS_46, { anthropic_version: "2023-06-01" }, /^Invalid API version/],
  [
    "the new version on an ARN-versioned model",
    OPUS_46,
    { anthropic_version: "2026-10-21" },
    /^Invalid API version/,
  ],
  ["no max_tokens", SONNET_45, { max_tokens: undefined }, /required key \[max_tokens\] not found/],
  ["max_tokens 0", SONNET_45, { max_tokens: 0 }, /#\/max_tokens: 0 is not greater or equal to 1/],
  [
    "max_tokens above the maximum",
    OPUS_46,
    { max_tokens: 200_000 },
    /^max_tokens: 200000 > 128000, which is the maximum/,
  ],
  ["no messages", OPUS_46, { messages: [] }, /at least one message is required/],
  [
    "an extra key, older model",
    SONNET_45,
    { frequency_penalty: 1 },
    /extraneous key \[frequency_penalty\] is not permitted/,
  ],
  [
    "an extra key, newer model",
    OPUS_47,
    { frequency_penalty: 1 },
    /^frequency_penalty: Extra inputs are not permitted/,
  ],
  ["model in the body", OPUS_46, { model: "x" }, /^model: Extra inputs/],
  ["stream in the body", OPUS_46, { stream: true }, /^stream: Extra inputs/],
  ["temperature from 4.7 on", OPUS_47, { temperature: 1 }, /^`temperature` is deprecated for this model/],
  ["top_k on a pinned model", FABLE, { top_k: 5 }, /^`top_k` is deprecated/],
  ["temperature and top_p", SONNET_45, { temperature: 0.5, top_p: 0.5 }, /cannot both be specified/],
  ["temperature out of range", SONNET_45, { temperature: 2 }, /^temperature: range: 0\.\.1/],
  [
    "temperature with thinking",
    OPUS_46,
    { temperature: 0.2, thinking: { type: "adaptive" } },
    /may only be set to 1 when thinking/,
  ],
  [
    "an assistant first",
    OPUS_46,
    { messages: [{ role: "assistant", content: "x" }] },
    /first message must use the "user" role/,
  ],
  [
    "prefill",
    OPUS_46,
    {
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", content: "y" },
      ],
    },
    /does not support assistant message prefill/,
  ],
  [
    "prefill ending in a space",
    SONNET_45,
    {
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", content: "y " },
      ],
    },
    /cannot end with trailing whitespace/,
  ],
  [
    "a system role",
    OPUS_46,
    {
      messages: [
        { role: "user", content: "x" },
        { role: "system", content: "y" },
      ],
    },
    /^role 'system' is not supported/,
  ],
  [
    "an empty text block",
    OPUS_46,
    user({ type: "text", text: "" }),
    /^messages: text content blocks must be non-empty/,
  ],
  ["an unknown block", OPUS_46, user({ type: "poem" }), /Input tag 'poem'/],
  [
    "an extra key in a block",
    OPUS_46,
    user({ ...say, mood: "good" }),
    /^messages\.0\.content\.0\.text\.mood: Extra inputs/,
  ],
  [
    "adaptive thinking before 4.6",
    SONNET_45,
    { thinking: { type: "adaptive" } },
    /^adaptive thinking is not supported/,
  ],
  [
    "a budget from 4.7 on",
    OPUS_47,
    { thinking: { type: "enabled", budget_tokens: 2000 } },
    /^"thinking.type.enabled" is not supported/,
  ],
  [
    "a small budget",
    SONNET_45,
    { thinking: { type: "enabled", budget_tokens: 1000 } },
    /greater than or equal to 1024/,
  ],
  [
    "a budget above max_tokens",
    SONNET_45,
    { thinking: { type: "enabled", budget_tokens: 4000 } },
    /`max_tokens` must be greater than/,
  ],
  [
    "thinking off where it is always on",
    OPUS_55,
    { thinking: { type: "disabled" } },
    /^"thinking.type.disabled" is not supported/,
  ],
  [
    "effort where there is none",
    SONNET_45,
    { output_config: { effort: "low" } },
    /does not support the effort parameter/,
  ],
  [
    "xhigh on 4.6",
    OPUS_46,
    { output_config: { effort: "xhigh" } },
    /effort level 'xhigh'. Supported levels: high, low, max, medium\./,
  ],
  [
    "effort without its beta",
    OPUS_45,
    { output_config: { effort: "low" } },
    /^output_config.effort: Extra inputs/,
  ],
  [
    "xhigh with thinking off",
    OPUS_5,
    { thinking: { type: "disabled" }, output_config: { effort: "xhigh" } },
    /not supported when thinking is disabled/,
  ],
  [
    "a forced tool where none may be",
    OPUS_55,
    { tools: [tool], tool_choice: { type: "any" } },
    /type "tool" and "any" are not supported/,
  ],
  [
    "a forced tool while thinking",
    SONNET_5,
    { tools: [tool], tool_choice: { type: "any" } },
    /Thinking may not be enabled when tool_choice forces/,
  ],
  [
    "a choice of a tool that is not there",
    OPUS_46,
    { tools: [tool], tool_choice: { type: "tool", name: "u" } },
    /Tool 'u' not found/,
  ],
  ["two tools of one name", OPUS_46, { tools: [tool, tool] }, /Tool names must be unique/],
  [
    "a schema with oneOf at its root",
    OPUS_46,
    { tools: [{ ...tool, input_schema: { oneOf: [] } }] },
    /oneOf, allOf, or anyOf at the top level/,
  ],
  [
    "web search",
    OPUS_46,
    { tools: [{ type: "web_search_20250305", name: "web_search" }] },
    /Input tag 'web_search_20250305'/,
  ],
  [
    "strict where it is unknown",
    OPUS_47,
    { tools: [{ ...tool, strict: true }] },
    /^tools\.0\.custom\.strict: Extra inputs/,
  ],
  [
    "a format where it is unknown",
    OPUS_47,
    { output_config: { format: { type: "json_schema", schema: {} } } },
    /^output_config.format: Extra inputs/,
  ],
  [
    "a format through Messages",
    OPUS_46,
    { output_config: { format: { type: "json_schema", schema: {} } } },
    /^output_config.format: Extra inputs/,
    { api: "messages" },
  ],
  [
    "an open object in a format",
    OPUS_46,
    { output_config: { format: { type: "json_schema", schema: { type: "object", properties: {} } } } },
    /'additionalProperties' must be explicitly set to false/,
  ],
  ["an unknown beta", OPUS_46, {}, /^invalid beta flag/, { betas: ["made-up-2026-01-01"] }],
  [
    "an unknown beta in a header",
    OPUS_47,
    {},
    /Unexpected value\(s\) `made-up-2026-01-01` for the `anthropic-beta` header/,
    { betas: ["made-up-2026-01-01"], api: "mantle" },
  ],
  [
    "five breakpoints",
    OPUS_46,
    user(...["a", "b", "c", "d", "e"].map((text) => cached(text))),
    /A maximum of 4 blocks with cache_control may be provided. Found 5/,
  ],
  [
    "1h after 5m",
    OPUS_46,
    user(cached("a"), cached("b", "1h")),
    /a ttl='1h' cache_control block must not come after/,
  ],
  [
    "1h where only 5m is known",
    "us.anthropic.claude-opus-4-1-20250805-v1:0",
    user(cached("a", "1h")),
    /ttl: Extra inputs/,
  ],
  [
    "a cached empty text",
    OPUS_46,
    { system: [say, { ...cached(""), text: "" }] },
    /text content blocks must be non-empty|cache_control cannot be set for empty/,
  ],
  [
    "automatic caching on an ARN-versioned model",
    OPUS_46,
    { cache_control: { type: "ephemeral" } },
    /^cache_control: Extra inputs/,
  ],
  [
    "an image by URL",
    OPUS_46,
    user({ type: "image", source: { type: "url", url: "https://example.com" } }),
    /Input tag 'url'/,
  ],
  [
    "an image of another type",
    OPUS_46,
    user({ type: "image", source: { type: "base64", media_type: "image/gif", data: PNG } }),
    /specified using the image\/gif media type, but the image appears to be a image\/png/,
  ],
  [
    "an image that is none",
    OPUS_46,
    user({ type: "image", source: { type: "base64", media_type: "image/png", data: "aGVsbG8=" } }),
    /^Could not process image/,
  ],
  [
    "broken base64",
    OPUS_46,
    user({ type: "image", source: { type: "base64", media_type: "image/png", data: "!!" } }),
    /invalid base64 data/,
  ],
  [
    "a PDF that is none",
    OPUS_46,
    user({ type: "document", source: { type: "base64", media_type: "application/pdf", data: "aGVsbG8=" } }),
    /^The PDF specified was not valid/,
  ],
  [
    "a tool_use without a result",
    OPUS_46,
    {
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", content: [{ type: "tool_use", id: "a", name: "t", input: {} }] },
        { role: "user", content: "y" },
      ],
    },
    /`tool_use` ids were found without `tool_result` blocks immediately after: a/,
  ],
  [
    "a tool_result without a use",
    OPUS_46,
    user({ type: "tool_result", tool_use_id: "a", content: "x" }),
    /unexpected `tool_use_id` found/,
  ],
  [
    "a forged signature",
    OPUS_46,
    {
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", content: [{ type: "thinking", thinking: "h", signature: "bad" }, say] },
        { role: "user", content: "y" },
      ],
    },
    /Invalid `signature` in `thinking` block/,
  ],
  [
    "a prompt above the window",
    SONNET_45,
    { messages: [{ role: "user", content: "x".repeat(800_004) }] },
    /^prompt is too long: 200001 tokens > 200000 maximum/,
  ],
  [
    "a prompt and an answer above the window, before 4.5",
    "us.anthropic.claude-opus-4-1-20250805-v1:0",
    { messages: [{ role: "user", content: "x".repeat(790_000) }] },
    /^input length and `max_tokens` exceed context limit: 197500 \+ 4000 > 200000/,
  ],
  [
    "a user id that is no text",
    OPUS_46,
    { metadata: { user_id: 7 } },
    /^metadata\.user_id: Input should be a valid string/,
  ],
  [
    "a JSON user id on runtime",
    OPUS_47,
    { metadata: { user_id: '{"a":1}' } },
    /Request metadata contains a value/,
    { api: "messages" },
  ],
];

const TAKEN: [what: string, model: string, more: Fields, options?: { api?: Api; betas?: string[] }][] = [
  ["a plain prompt", OPUS_46, {}],
  [
    "two user turns in a row",
    OPUS_46,
    {
      messages: [
        { role: "user", content: "x" },
        { role: "user", content: "y" },
      ],
    },
  ],
  [
    "prefill before 4.6",
    SONNET_45,
    {
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", content: "y" },
      ],
    },
  ],
  ["top_p in the pinned place", FABLE, { top_p: 0.99 }],
  [
    "thinking and an image",
    OPUS_46,
    {
      thinking: { type: "enabled", budget_tokens: 1024 },
      ...user({ type: "image", source: { type: "base64", media_type: "image/png", data: PNG } }, say),
    },
  ],
  ["effort with its beta", OPUS_45, { output_config: { effort: "low" } }, { betas: ["effort-2025-11-24"] }],
  [
    "a closed schema as format",
    OPUS_46,
    {
      output_config: {
        format: {
          type: "json_schema",
          schema: { type: "object", properties: {}, additionalProperties: false },
        },
      },
    },
  ],
  [
    "a forced tool with thinking off",
    SONNET_5,
    { thinking: { type: "disabled" }, tools: [tool], tool_choice: { type: "tool", name: "t" } },
  ],
  ["1h before 5m", OPUS_46, user(cached("a", "1h"), cached("b"))],
  ["automatic caching on a newer model", OPUS_5, { cache_control: { type: "ephemeral" } }],
  [
    "a known signature",
    OPUS_46,
    {
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", content: [{ type: "thinking", thinking: "h", signature: "good" }, say] },
        { role: "user", content: "y" },
      ],
    },
  ],
];

describe("a body that the service refuses", () => {
  it.each(REFUSED)("%s", (_what, model, more, message, options) => {
    expect(refusal(model, more, options)).toMatch(message);
  });
});

describe("a body that the service takes", () => {
  it.each(TAKEN)("%s", (_what, model, more, options) => {
    expect(refusal(model, more, options)).toBeNull();
  });
});
