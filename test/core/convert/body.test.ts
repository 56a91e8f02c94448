import { describe, expect, test } from "vitest";
import { betaOnBedrock } from "../../../src/core/convert/betas.ts";
import { parseBody, plainBody, toAnthropic, toInvoke } from "../../../src/core/convert/body.ts";
import { withoutUnsupported } from "../../../src/core/convert/features.ts";
import { firstFault } from "../../../src/core/convert/json-text.ts";
import fc from "../../support/property.ts";

const MESSAGES = [{ role: "user" as const, content: "x" }];
const CONTENT = "messages[0].content[0]";

test("a first-party body gives up its envelope", () => {
  const parsed = parseBody(
    JSON.stringify({ model: "claude-x", stream: true, max_tokens: 1, messages: MESSAGES }),
  );
  expect(parsed).toEqual({
    body: { max_tokens: 1, messages: MESSAGES },
    model: "claude-x",
    stream: true,
    betas: [],
    version: null,
  });
});

test("a Bedrock body gives up its envelope", () => {
  const json = {
    anthropic_version: "bedrock-2023-05-31",
    anthropic_beta: ["a"],
    max_tokens: 1,
    messages: MESSAGES,
  };
  const parsed = parseBody(`\uFEFF${JSON.stringify(json)}`);
  expect(parsed).toMatchObject({ model: null, stream: null, betas: ["a"], version: "bedrock-2023-05-31" });
  expect(toInvoke(parsed.body, parsed.betas)).toEqual(json);
});

test.each([
  ["", "empty"],
  ["{", "line 1, column 2"],
  ['{\n  "a": tru\n}', "line 2, column 8"],
  ["[]", "JSON object"],
  ["{}", "`messages`"],
  ['{"messages":[]}', "empty"],
  ['{"messages":[{"role":"robot","content":"x"}]}', "`messages[0].role`"],
  ['{"messages":[{"role":"user"}]}', "`messages[0].content`"],
  ['{"messages":[{"role":"user","content":[{"text":"x"}]}]}', "`messages[0].content[0]`"],
  ['{"messages":[{"role":"user","content":"x"}],"max_tokens":"5"}', "`max_tokens`"],
  ['{"messages":[{"role":"user","content":"x"}],"model":5}', "`model`"],
])("%s is refused with the place", (text, words) => {
  const refusal = { code: "body_invalid", exitCode: 3, message: expect.stringContaining(words) };
  expect(() => parseBody(text)).toThrow(expect.objectContaining(refusal));
});

test("the place of a fault agrees with JSON.parse on what is a fault", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (json, at, insert) => {
      const place = at % (json.length + 1);
      const text = json.slice(0, place) + insert + json.slice(place);
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      const fault = firstFault(text);
      expect(fault).toBeGreaterThanOrEqual(0);
      if (isJson) expect(fault).toBe(text.length);
      else expect(fault < text.length || text.slice(0, fault) === text).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("hostile nesting is no danger", () => {
  expect(firstFault("[".repeat(200_000))).toBe(200_000);
});

test("blocks newer than this program are written as they came", () => {
  const raw = { type: "compaction", content: "x" };
  const messages = [{ role: "assistant" as const, content: [{ type: "other" as const, raw }] }];
  expect(plainBody({ messages })["messages"]).toEqual([{ role: "assistant", content: [raw] }]);
  expect(toAnthropic({ messages }, "m", true)).toMatchObject({ model: "m", stream: true });
});

describe("what Bedrock cannot do", () => {
  const target = { name: "Bedrock", hasStructuredOutput: true, hasAutomaticCaching: false };
  test.each<[string, object, string]>([
    ["web search", { tools: [{ type: "web_search_20250305", name: "web_search" }] }, "tools[0]"],
    ["web fetch", { tools: [{ type: "web_fetch_20250910", name: "web_fetch" }] }, "tools[0]"],
    ["code execution", { tools: [{ type: "code_execution_20250825", name: "c" }] }, "tools[0]"],
    ["MCP connector", { mcp_servers: [{ type: "url", url: "x" }] }, "mcp_servers"],
    ["containers", { container: { skills: [] } }, "container"],
    ["inference_geo", { inference_geo: "us" }, "inference_geo"],
    ["fallbacks", { fallbacks: [] }, "fallbacks"],
    ["at the top of the body", { cache_control: { type: "ephemeral" } }, "cache_control"],
    ["Files API", { messages: user({ type: "document", source: { type: "file", file_id: "f" } }) }, CONTENT],
    ["URL", { messages: user({ type: "image", source: { type: "url", url: "u" } }) }, CONTENT],
    ["server tools", { messages: user({ type: "server_tool_use", name: "web_search" }) }, CONTENT],
    [
      "cache scope",
      { messages: user({ type: "text", text: "x", cache_control: { type: "ephemeral", scope: "global" } }) },
      `${CONTENT}.cache_control.scope`,
    ],
    [
      "programmatic",
      { tools: [{ name: "f", input_schema: {}, allowed_callers: ["code_execution_20250825"] }] },
      "tools[0].allowed_callers",
    ],
  ])("%s", (words, more, path) => {
    const { notes } = withoutUnsupported({ max_tokens: 1, messages: MESSAGES, ...more }, target);
    expect(notes).toEqual([{ kind: "lost", path, message: expect.stringContaining(words) }]);
  });

  test("what is dropped leaves a body that can be sent", () => {
    const tools = [{ type: "web_search_20250305", name: "web_search" }] as never;
    const messages = [...MESSAGES, ...user({ type: "container_upload", file_id: "f" })];
    const tool_choice = { type: "tool", name: "web_search" };
    const { body } = withoutUnsupported({ max_tokens: 1, messages, tools, tool_choice }, target);
    expect(body).toEqual({ max_tokens: 1, messages: MESSAGES });
  });

  test("what Bedrock takes is left alone", () => {
    const body = {
      max_tokens: 1,
      messages: MESSAGES,
      tools: [
        { type: "memory_20250818", name: "memory" },
        { type: "custom", name: "f", input_schema: {} },
      ],
      context_management: { edits: [] },
    };
    expect(withoutUnsupported(body as never, target)).toEqual({ body, notes: [] });
  });
});

function user(block: object) {
  return [{ role: "user" as const, content: [block] as never }];
}

test.each([
  ["context-1m-2025-08-07", "kept"],
  ["advanced-tool-use-2025-11-20", "renamed"],
  ["files-api-2025-04-14", "dropped"],
  ["prompt-caching-scope-2026-01-05", "dropped"],
  ["something-2027-01-01", "unknown"],
])("beta %s is %s", (beta, kind) => {
  expect(betaOnBedrock(beta).kind).toBe(kind);
});
