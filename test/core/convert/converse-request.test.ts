import { describe, expect, test } from "vitest";
import type { ClaudeRequest } from "../../../src/core/claude.ts";
import { withBytes } from "../../../src/core/convert/bytes.ts";
import { converseBody, toConverse } from "../../../src/core/convert/converse-request.ts";
import { fromConverse, isConverse } from "../../../src/core/convert/converse-source.ts";
import type { MessagesBody } from "../../../src/core/messages.ts";
import { exchangesOf, hasRecorded } from "./recorded.ts";

const user = (...content: unknown[]) => [{ role: "user", content }] as MessagesBody["messages"];
const pdf = (more: object = {}) => ({
  type: "document",
  source: { type: "base64", media_type: "application/pdf", data: "JVBERg==" },
  ...more,
});

test("a request with Bedrock's own settings", () => {
  const request: ClaudeRequest = {
    api: "converse",
    modelId: "global.anthropic.claude-opus-4-6-v1",
    region: "us-east-1",
    stream: true,
    body: {
      max_tokens: 64,
      system: "Be kind",
      messages: user({ type: "text", text: "Hi", cache_control: { type: "ephemeral", ttl: "1h" } }),
      temperature: 0.5,
      top_k: 5,
      stop_sequences: ["END"],
      thinking: { type: "adaptive" },
      output_config: { effort: "high" },
      tools: [{ name: "f", input_schema: { type: "object" } }],
      tool_choice: { type: "tool", name: "f" },
    },
    betas: ["effort-2025-11-24"],
    guardrail: { id: "gr-1", version: "DRAFT" },
    trace: "enabled",
    serviceTier: "priority",
    latency: "optimized",
    tags: { team: "a" },
  };
  expect(toConverse(request)).toEqual({
    notes: [],
    input: {
      modelId: "global.anthropic.claude-opus-4-6-v1",
      messages: [{ role: "user", content: [{ text: "Hi" }, { cachePoint: { type: "default", ttl: "1h" } }] }],
      system: [{ text: "Be kind" }],
      inferenceConfig: { maxTokens: 64, temperature: 0.5, stopSequences: ["END"] },
      toolConfig: {
        tools: [{ toolSpec: { name: "f", inputSchema: { json: { type: "object" } } } }],
        toolChoice: { tool: { name: "f" } },
      },
      additionalModelRequestFields: {
        top_k: 5,
        thinking: { type: "adaptive" },
        output_config: { effort: "high" },
        anthropic_beta: ["effort-2025-11-24"],
      },
      guardrailConfig: { guardrailIdentifier: "gr-1", guardrailVersion: "DRAFT", trace: "enabled" },
      requestMetadata: { team: "a" },
      performanceConfig: { latency: "optimized" },
      serviceTier: { type: "priority" },
      additionalModelResponseFieldPaths: ["/stop_sequence"],
    },
  });
});

describe("documents", () => {
  test("a PDF gets citations, so that its pages are seen, and so does every other document", () => {
    const text = { type: "document", source: { type: "text", media_type: "text/plain", data: "x" } };
    const { body, notes } = converseBody({ messages: user(pdf(), text) }, []);
    const documents = body.messages[0]?.content.map((block) => block["document"]);
    expect(documents).toEqual([
      { format: "pdf", name: "document", source: { bytes: "JVBERg==" }, citations: { enabled: true } },
      { format: "txt", name: "document-2", source: { text: "x" }, citations: { enabled: true } },
    ]);
    expect(notes.map((note) => note.kind)).toEqual(["changed", "changed"]);
  });

  test("with structured output, which excludes citations, a PDF has none", () => {
    const output_config = { format: { type: "json_schema", schema: {} } };
    const { body, notes } = converseBody({ messages: user(pdf()), output_config }, []);
    expect(body.messages[0]?.content[0]?.["document"]).not.toHaveProperty("citations");
    expect(notes).toEqual([
      expect.objectContaining({ kind: "changed", message: expect.stringContaining("PDF") }),
    ]);
  });

  test("names are what Converse takes, and never the same twice", () => {
    const named = (title: string) => pdf({ title, citations: { enabled: true } });
    const { body } = converseBody(
      { messages: user(named("a/b_c.pdf"), named("a b  c pdf"), named("\u0000é")) },
      [],
    );
    const names = body.messages[0]?.content.map((block) => (block["document"] as { name: string }).name);
    expect(names).toEqual(["a b c pdf", "a b c pdf-2", "document"]);
  });
});

describe("what Converse cannot say is lost, and said so", () => {
  test.each([
    ["a container", { messages: user({ type: "container_upload", file_id: "f" }) }, "container_upload"],
    ["an image by URL", { messages: user({ type: "image", source: { type: "url", url: "x" } }) }, "base64"],
    [
      "a tool's examples",
      { tools: [{ name: "f", input_schema: {}, input_examples: [{}] }] },
      "input_examples",
    ],
    [
      "a cache point in a tool result",
      {
        messages: user({
          type: "tool_result",
          tool_use_id: "t",
          content: [{ type: "text", text: "x", cache_control: { type: "ephemeral" } }],
        }),
      },
      "cache point",
    ],
  ])("%s", (_name, body, word) => {
    const { notes } = converseBody(body as unknown as MessagesBody, []);
    expect(notes).toEqual([
      expect.objectContaining({ kind: "lost", message: expect.stringContaining(word) }),
    ]);
  });
});

test("blobs become bytes for the SDK, and nothing else does", () => {
  const input = withBytes({
    messages: [
      {
        content: [
          { image: { format: "png", source: { bytes: "AQI=" } } },
          { reasoningContent: { redactedContent: "AQI=" } },
          { toolUse: { input: { bytes: "AQI=" } } },
        ],
      },
    ],
    additionalModelRequestFields: { bytes: "AQI=" },
  });
  const [image, reasoning, tool] = input.messages[0]?.content ?? [];
  expect(image?.image?.source.bytes).toEqual(Buffer.from([1, 2]));
  expect(reasoning?.reasoningContent?.redactedContent).toEqual(Buffer.from([1, 2]));
  expect(tool?.toolUse?.input.bytes).toBe("AQI=");
  expect(input.additionalModelRequestFields.bytes).toBe("AQI=");
});

test("a Converse body is told from a Messages body", () => {
  expect(isConverse({ messages: [{ role: "user", content: [{ text: "x" }] }] })).toBe(true);
  expect(isConverse({ inferenceConfig: {}, messages: [] })).toBe(true);
  expect(isConverse({ messages: [{ role: "user", content: [{ type: "text", text: "x" }] }] })).toBe(false);
  expect(isConverse({ max_tokens: 1, messages: [{ role: "user", content: "x" }] })).toBe(false);
});

describe.skipIf(!hasRecorded)("recorded", () => {
  test("every Converse request comes back as it was", () => {
    let count = 0;
    for (const { name, request } of [...exchangesOf("Converse"), ...exchangesOf("ConverseStream")]) {
      let sent: Record<string, any>;
      try {
        sent = JSON.parse(request.body);
      } catch {
        continue; // some recorders kept no body
      }
      const source = fromConverse(sent);
      const { body } = converseBody(source.body, source.betas);
      expect(
        source.notes.filter((note) => note.kind === "lost"),
        name,
      ).toEqual([]);
      if (source.notes.length > 0) continue; // a tool's JSON becomes text, and stays it
      expect(withoutNames(body.messages), name).toEqual(withoutNames(sent["messages"]));
      expect(body.system ?? [], name).toEqual(sent["system"] ?? []);
      expect(body.inferenceConfig ?? {}, name).toEqual(sent["inferenceConfig"] ?? {});
      expect(body.toolConfig, name).toEqual(sent["toolConfig"]);
      count++;
    }
    expect(count).toBeGreaterThan(60);
  });
});

/** Document names are cleaned, and a PDF gets its citations: both are meant. */
function withoutNames(messages: unknown): unknown {
  return JSON.parse(
    JSON.stringify(messages, (key, value) =>
      key === "document" ? { ...value, name: "", citations: null } : value,
    ),
  );
}
