// What Anthropic's own API can do and Bedrock cannot: found in a body, and taken out of it.
import type { DraftBody } from "./body.ts";
import { asArray, asObject, asString, type JsonObject } from "./json.ts";
import { type Note, Notes } from "./notes.ts";

export interface Target {
  /** How people call it in a sentence. */
  name: string;
  /** `output_config.format` and strict tools. */
  hasStructuredOutput: boolean;
  /** Top-level `cache_control`; null: the model is not known, so it is not checked. */
  hasAutomaticCaching: boolean | null;
}

const TOP_LEVEL: Readonly<Record<string, string>> = {
  mcp_servers: "MCP connector",
  container: "containers (code execution, skills)",
  inference_geo: "`inference_geo`; the inference profile decides where it runs",
  fallbacks: "server-side `fallbacks`",
  user_profile: "user profiles",
  user_profile_id: "user profiles",
  speed: "fast mode (`speed`)",
  prompt: "text completions",
};

/** Tool types by their beginnings; a tool without a type, or `custom`, is anybody's. */
const BEDROCK_TOOLS = ["custom", "computer_2", "bash_", "text_editor_", "memory_", "tool_search_tool_regex"];

const NAMED_TOOLS: readonly (readonly [string, string])[] = [
  ["web_search", "web search"],
  ["web_fetch", "web fetch"],
  ["code_execution", "code execution"],
  ["advisor", "advisor tool"],
  ["mcp_toolset", "MCP connector"],
];

const BEDROCK_BLOCKS = [
  "text",
  "image",
  "document",
  "thinking",
  "redacted_thinking",
  "tool_use",
  "tool_result",
  "search_result",
  "tool_reference",
  "tool_search_tool_result",
  "compaction",
];

/**
 * `body` without what `target` cannot do; each thing taken out is a note of kind `lost`. A message left without content
 * goes too.
 */
export function withoutUnsupported(body: DraftBody, target: Target): { body: DraftBody; notes: Note[] } {
  const notes = new Notes();
  const result: JsonObject = { ...body };
  for (const [key, name] of Object.entries(TOP_LEVEL)) {
    if (result[key] === undefined || result[key] === null) continue;
    notes.lost(key, `${target.name} has no ${name}`);
    delete result[key];
  }
  if (result["service_tier"] !== undefined) {
    notes.changed("service_tier", "dropped; Bedrock's service tier is not part of the body");
    delete result["service_tier"];
  }
  if (result["cache_control"] !== undefined && target.hasAutomaticCaching === false) {
    notes.lost("cache_control", "this model takes no `cache_control` at the top of the body, only on blocks");
    delete result["cache_control"];
  }
  const output = asObject(result["output_config"]);
  if (output?.["format"] !== undefined && !target.hasStructuredOutput) {
    const { format: _, ...others } = output;
    notes.lost("output_config.format", `${target.name} has no structured output for this model`);
    if (Object.keys(others).length > 0) result["output_config"] = others;
    else delete result["output_config"];
  }
  if (Array.isArray(result["tools"])) pruneTools(result, target, notes);
  const messages = asArray(result["messages"]).flatMap((item, index) => {
    const message = asObject(item) ?? {};
    const before = message["content"];
    const content = pruneContent(before, `messages[${index}].content`, target, notes);
    const isEmptied = Array.isArray(before) && before.length > 0 && asArray(content).length === 0;
    return isEmptied ? [] : [{ ...message, content }];
  });
  const system = pruneContent(result["system"], "system", target, notes);
  const pruned = { ...result, ...(system !== undefined && { system }), messages };
  return { body: pruned as unknown as DraftBody, notes: notes.list };
}

function pruneTools(result: JsonObject, target: Target, notes: Notes): void {
  const removed = new Set<string>();
  const tools = asArray(result["tools"]).flatMap((item, index) => {
    const tool = asObject(item) ?? {};
    const path = `tools[${index}]`;
    const type = asString(tool["type"]) ?? "custom";
    if (!BEDROCK_TOOLS.some((known) => type.startsWith(known))) {
      const name = NAMED_TOOLS.find(([start]) => type.startsWith(start))?.[1];
      notes.lost(path, `${target.name} has no ${name ?? "tool of this type"} (\`${type}\`)`);
      removed.add(String(tool["name"]));
      return [];
    }
    return [pruneTool(pruneCache(tool, path, target, notes), path, target, notes)];
  });
  if (tools.length > 0) result["tools"] = tools;
  else delete result["tools"];
  const choice = asObject(result["tool_choice"]);
  const isOrphan = choice !== null && (tools.length === 0 || removed.has(String(choice["name"])));
  if (isOrphan && removed.size > 0) {
    notes.changed("tool_choice", "dropped with its tool");
    delete result["tool_choice"];
  }
}

function pruneTool(tool: JsonObject, path: string, target: Target, notes: Notes): JsonObject {
  const { allowed_callers: callers, strict, ...rest } = tool;
  const isDirect = asArray(callers).every((caller) => caller === "direct");
  if (callers !== undefined && !isDirect) {
    notes.lost(`${path}.allowed_callers`, `${target.name} has no programmatic tool calling`);
  }
  if (strict === true && !target.hasStructuredOutput) {
    notes.lost(`${path}.strict`, `${target.name} has no strict tools`);
  }
  return {
    ...rest,
    ...(callers !== undefined && isDirect && { allowed_callers: callers }),
    ...(strict !== undefined && (target.hasStructuredOutput || strict !== true) && { strict }),
  };
}

function pruneContent(content: unknown, path: string, target: Target, notes: Notes): unknown {
  if (!Array.isArray(content)) return content;
  return content.flatMap((item, index) => {
    const at = `${path}[${index}]`;
    const outer = asObject(item) ?? {};
    const block = (outer["type"] === "other" && asObject(outer["raw"])) || outer;
    const reason = whyNot(block, target);
    if (reason !== null) {
      notes.lost(at, reason);
      return [];
    }
    const pruned = pruneCache(block, at, target, notes);
    if (pruned["type"] !== "tool_result") return [pruned];
    const inner = pruneContent(pruned["content"], `${at}.content`, target, notes);
    return [{ ...pruned, ...(inner !== undefined && { content: inner }) }];
  });
}

function whyNot(block: JsonObject, target: Target): string | null {
  const type = String(block["type"]);
  const source = asObject(block["source"]);
  if (source?.["type"] === "url")
    return `${target.name} takes no URL as the source of ${article(type)}; send its bytes in base64`;
  if (source?.["type"] === "file") return `${target.name} has no Files API; send the bytes in base64`;
  if (type === "container_upload") return `${target.name} has no containers (\`container_upload\`)`;
  const isToolSearch = type === "server_tool_use" && String(block["name"]).startsWith("tool_search_tool");
  if (BEDROCK_BLOCKS.includes(type) || isToolSearch) return null;
  if (type === "server_tool_use") return `${target.name} has no server tools (\`${block["name"]}\`)`;
  return `${target.name} has no \`${type}\` block`;
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function pruneCache(block: JsonObject, path: string, target: Target, notes: Notes): JsonObject {
  const cache = asObject(block["cache_control"]);
  if (cache?.["scope"] === undefined) return block;
  const { scope: _, ...rest } = cache;
  notes.lost(`${path}.cache_control.scope`, `${target.name} has no cache scope`);
  return { ...block, cache_control: rest };
}
