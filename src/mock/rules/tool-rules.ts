import { checkOutputSchema } from "./output-schema-rules.ts";
import { type Fields, isFields, type RuleContext, refuse, refuseExtraKeys } from "./violation.ts";

/** Anthropic's own tool types that Bedrock has; web search, web fetch, code execution and the like it has not. */
const BUILT_IN = [
  "bash_20250124",
  "computer_20250124",
  "computer_20251124",
  "memory_20250818",
  "text_editor_20250124",
  "text_editor_20250429",
  "text_editor_20250728",
  "tool_search_tool_regex",
];

const CUSTOM_KEYS = ["type", "name", "description", "input_schema", "cache_control", "eager_input_streaming"];

export function checkTools(body: Fields, context: RuleContext): void {
  const tools = body["tools"];
  if (tools !== undefined) {
    if (!Array.isArray(tools)) refuse("tools: Input should be a valid list");
    for (const [index, tool] of tools.entries()) checkTool(tool, index, context);
    const names = tools.map((tool: Fields) => tool["name"]);
    if (new Set(names).size < names.length) refuse("tools: Tool names must be unique.");
  }
  checkChoice(body["tool_choice"], (tools ?? []) as Fields[]);
}

function checkTool(tool: unknown, index: number, context: RuleContext): void {
  if (!isFields(tool)) refuse(`tools.${index}: Input should be an object`);
  const type = tool["type"] ?? "custom";
  if (type !== "custom") {
    if (BUILT_IN.includes(String(type))) return;
    const expected = [
      "bash_20250124",
      "custom",
      "memory_20250818",
      "text_editor_20250124",
      "text_editor_20250429",
      "text_editor_20250728",
    ];
    refuse(
      `tools.${index}: Input tag '${String(type)}' found using 'type' does not match any of the expected tags: ${expected.map((tag) => `'${tag}'`).join(", ")}`,
    );
  }
  const path = `tools.${index}.custom`;
  const allowed = [...CUSTOM_KEYS];
  if (context.model.structured_output === true && (context.api === "invoke" || context.api === "converse")) {
    allowed.push("strict");
  }
  if (context.betas.includes("tool-examples-2025-10-29")) allowed.push("input_examples");
  if (context.betas.includes("tool-search-tool-2025-10-19")) allowed.push("defer_loading");
  refuseExtraKeys(tool, allowed, path);
  const name = tool["name"];
  if (name === undefined) refuse(`${path}.name: Field required`);
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
    refuse(`${path}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
  }
  const schema = tool["input_schema"];
  if (schema === undefined) refuse(`${path}.input_schema: Field required`);
  if (!isFields(schema)) refuse(`${path}.input_schema: Input should be an object`);
  if (["oneOf", "allOf", "anyOf"].some((key) => key in schema)) {
    refuse(`${path}.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`);
  }
  if (schema["type"] === undefined) refuse(`${path}.input_schema.type: Field required`);
  if (schema["type"] !== "object") refuse(`${path}.input_schema.type: Input should be 'object'`);
  if (tool["strict"] === true) checkOutputSchema(schema, path);
}

function checkChoice(choice: unknown, tools: readonly Fields[]): void {
  if (choice === undefined) return;
  if (!isFields(choice)) refuse("tool_choice: Input should be an object");
  const type = String(choice["type"]);
  const keys: Record<string, string[]> = {
    auto: ["type", "disable_parallel_tool_use"],
    any: ["type", "disable_parallel_tool_use"],
    tool: ["type", "name", "disable_parallel_tool_use"],
    none: ["type"],
  };
  if (keys[type] === undefined) {
    refuse(
      `tool_choice: Input tag '${type}' found using 'type' does not match any of the expected tags: 'any', 'auto', 'none', 'tool'`,
    );
  }
  refuseExtraKeys(choice, keys[type], `tool_choice.${type}`);
  if (tools.length === 0) refuse("tool_choice: tool_choice may only be specified while providing tools.");
  if (type === "tool" && !tools.some((tool) => tool["name"] === choice["name"])) {
    refuse(`Tool '${String(choice["name"])}' not found in provided tools`);
  }
}
