// Messages bodies at random: everything that is convertible, nothing that is not.
import fc from "../../support/property.ts";

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 9 })
  .map((bytes) => Buffer.from(bytes).toString("base64"));
const json = fc.dictionary(
  word,
  fc.oneof(fc.integer(), fc.boolean(), text, fc.array(fc.integer(), { maxLength: 2 })),
  {
    maxKeys: 3,
  },
);
const cache = fc.option(
  fc.oneof(
    fc.constant({ type: "ephemeral" }),
    fc.constantFrom("5m", "1h").map((ttl) => ({ type: "ephemeral", ttl })),
  ),
  { nil: undefined },
);

/** Without the keys whose value is undefined: JSON has none. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

const textBlock = fc.record({ type: fc.constant("text"), text, cache_control: cache });
const imageBlock = fc.record({
  type: fc.constant("image"),
  source: fc.record({
    type: fc.constant("base64"),
    media_type: fc.constantFrom("image/png", "image/jpeg", "image/gif", "image/webp"),
    data: base64,
  }),
  cache_control: cache,
});
const pdfBlock = fc.record({
  type: fc.constant("document"),
  source: fc.record({
    type: fc.constant("base64"),
    media_type: fc.constant("application/pdf"),
    data: base64,
  }),
  // One name twice, or with other characters, would come back changed.
  title: fc.option(fc.uuid(), { nil: undefined }),
  // Converse needs citations to see a PDF's pages, so only such a document comes back as it was.
  citations: fc.constant({ enabled: true }),
  cache_control: cache,
});
const textDocument = fc.record({
  type: fc.constant("document"),
  source: fc.oneof(
    fc.record({ type: fc.constant("text"), media_type: fc.constant("text/plain"), data: text }),
    fc.record({
      type: fc.constant("content"),
      content: fc.array(fc.record({ type: fc.constant("text"), text }), { minLength: 1, maxLength: 2 }),
    }),
  ),
  context: fc.option(text, { nil: undefined }),
  citations: fc.constant({ enabled: true }),
});
const toolResult = fc.record({
  type: fc.constant("tool_result"),
  tool_use_id: word,
  content: fc.option(
    fc.array(
      fc.oneof(
        fc.record({ type: fc.constant("text"), text }),
        imageBlock.map((block) => ({ ...block, cache_control: undefined })),
      ),
      { minLength: 1, maxLength: 2 },
    ),
    { nil: undefined },
  ),
  is_error: fc.option(fc.boolean(), { nil: undefined }),
  cache_control: cache,
});
const userBlock = fc.oneof(textBlock, imageBlock, pdfBlock, textDocument, toolResult);
const assistantBlock = fc.oneof(
  textBlock,
  fc.record({
    type: fc.constant("text"),
    text,
    citations: fc.array(
      fc.record({
        type: fc.constant("char_location"),
        cited_text: text,
        document_index: fc.nat(3),
        document_title: word,
        start_char_index: fc.nat(9),
        end_char_index: fc.nat(9),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  fc.record({ type: fc.constant("thinking"), thinking: text, signature: base64 }),
  fc.record({ type: fc.constant("redacted_thinking"), data: base64 }),
  fc.record({ type: fc.constant("tool_use"), id: word, name: word, input: json, cache_control: cache }),
);
const blocks = <T>(block: fc.Arbitrary<T>) => fc.array(block, { minLength: 1, maxLength: 4 });
const messages = fc.array(
  fc.oneof(
    fc.record({ role: fc.constant("user"), content: blocks(userBlock) }),
    fc.record({ role: fc.constant("assistant"), content: blocks(assistantBlock) }),
  ),
  { minLength: 1, maxLength: 4 },
);
const tool = fc.record({
  name: word,
  description: fc.option(text, { nil: undefined }),
  input_schema: json.map((properties) => ({ type: "object", properties })),
  cache_control: cache,
});
const typedTool = fc.constantFrom(
  { type: "bash_20250124", name: "bash" },
  { type: "computer_20251124", name: "computer", display_width_px: 800, display_height_px: 600 },
);
const toolChoice = fc.oneof(
  fc.constantFrom({ type: "auto" }, { type: "any" }, { type: "none" }),
  fc.constant({ type: "auto", disable_parallel_tool_use: true }),
  word.map((name) => ({ type: "tool", name })),
);

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** A body that InvokeModel, Converse and Anthropic's API can all say; system prompts and contents as lists. */
export const anyBody = fc
  .record({
    max_tokens: fc.integer({ min: 1, max: 64000 }),
    messages,
    system: optional(blocks(textBlock)),
    temperature: optional(fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs)),
    top_p: optional(fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs)),
    top_k: optional(fc.nat(500)),
    stop_sequences: optional(fc.array(text, { minLength: 1, maxLength: 2 })),
    thinking: optional(fc.constantFrom({ type: "adaptive" }, { type: "enabled", budget_tokens: 2000 })),
    output_config: optional(
      fc.constantFrom(
        { effort: "low" },
        { effort: "high", format: { type: "json_schema", schema: { type: "object" } } },
      ),
    ),
    tools: optional(
      fc
        .tuple(blocks(tool), fc.array(typedTool, { maxLength: 1 }))
        .map(([custom, typed]) => [...custom, ...typed] as unknown[]),
    ),
    tool_choice: optional(toolChoice),
    metadata: optional(fc.constant({ user_id: "u-1" })),
  })
  .map((body): Record<string, unknown> => {
    const { tool_choice, ...rest } = plain(body);
    return rest.tools === undefined || tool_choice === undefined ? rest : { ...rest, tool_choice };
  });

export const anyBetas = fc.uniqueArray(
  fc.constantFrom("context-1m-2025-08-07", "effort-2025-11-24", "interleaved-thinking-2025-05-14"),
);
