// `--schema`: how a request asks for JSON of a given shape, and how the data is found in the reply.
import type { Api } from "./claude.ts";
import { CbrError } from "./errors.ts";
import { firstCodeBlock } from "./extract.ts";
import type { ContentBlock, Message, MessagesBody, Tool } from "./messages.ts";
import { nativeSchema } from "./native-schema.ts";
import type { Reply } from "./reply.ts";

export type JsonSchema = Record<string, unknown>;

/** Native structured output; a tool that Claude must call; a tool that Claude is told to call. */
export type SchemaStrategy = "native" | "forced-tool" | "offered-tool";

/** A request that asks for data, and what is needed to find the data in its reply. */
export interface SchemaRequest {
  body: MessagesBody;
  strategy: SchemaStrategy;
  /** The tool's name; null with `native`. */
  tool: string | null;
  /** The schema's root was no plain object: the data is under this key. */
  wrappedIn: string | null;
}

const WRAPPER = "value";
const TOOL_KEY = /^[a-zA-Z0-9_.-]{1,64}$/;
const INSTRUCTION = (tool: string) =>
  `Give your answer only by calling the tool \`${tool}\`, exactly once; its input is the answer. Write no other text.`;

/** The schema in `text`. Throws CbrError `schema_invalid` when it is no JSON object. */
export function parseSchema(text: string): JsonSchema {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CbrError("schema_invalid", {
      message: `\`--schema\` is not JSON: ${error instanceof Error ? error.message : "it cannot be read"}`,
      cause: error,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CbrError("schema_invalid", {
      message: "`--schema` is not a JSON Schema: it must be a JSON object",
    });
  return value as JsonSchema;
}

/**
 * `body` with `schema` asked for by `strategy`. Where native output cannot express the schema, or would clash with
 * citations, a tool does it: forced unless the body thinks, which the service refuses together.
 * Converse reads the pages of a PDF only with citations on, so there a PDF counts as cited.
 */
export function askForData(
  body: MessagesBody,
  schema: JsonSchema,
  strategy: SchemaStrategy,
  api: Api = "invoke",
): SchemaRequest {
  const { root, wrappedIn } = objectRoot(schema);
  if (strategy === "native") {
    const native = hasCitations(body, api) ? null : nativeSchema(root);
    if (native !== null) {
      const output_config = { ...body.output_config, format: { type: "json_schema", schema: native } };
      return { body: { ...body, output_config }, strategy, tool: null, wrappedIn };
    }
    const isThinking = body.thinking !== undefined && body.thinking.type !== "disabled";
    return askForData(body, schema, isThinking ? "offered-tool" : "forced-tool", api);
  }
  const name = freeName(body.tools ?? []);
  const tool: Tool = {
    name,
    description: "Gives the user the final answer. The input is the whole answer.",
    input_schema: root,
  };
  const isForced = strategy === "forced-tool";
  // Converse's `toolChoice` cannot forbid parallel calls, and a choice beside it is nowhere documented.
  const alone = api === "converse" ? {} : { disable_parallel_tool_use: true };
  return {
    body: {
      ...body,
      tools: [...(body.tools ?? []), tool],
      tool_choice: isForced ? { type: "tool", name, ...alone } : { type: "auto", ...alone },
      ...(!isForced && { system: withInstruction(body.system, INSTRUCTION(name)) }),
    },
    strategy,
    tool: name,
    wrappedIn,
  };
}

/** The data in `reply`: the tool's input, else the text as JSON, which may be fenced or have words around it. */
export function dataOf(reply: Reply, request: SchemaRequest): { data: unknown } | { problem: string } {
  const call = reply.content.find((block) => block.type === "tool_use" && block.name === request.tool);
  const found = call?.type === "tool_use" ? fromInput(call.input) : fromText(reply.text);
  if (found === null) return { problem: "the answer is not JSON" };
  const { wrappedIn } = request;
  if (wrappedIn === null || !isObject(found.data) || !Object.hasOwn(found.data, wrappedIn)) return found;
  return { data: found.data[wrappedIn] };
}

/** The two messages that give Claude its answer back and ask for a better one. Append them and send again. */
export function repairTurn(reply: Reply, violations: readonly string[]): Message[] {
  const complaint = `The answer does not match the schema:\n${violations.map((line) => `- ${line}`).join("\n")}\nGive the whole answer again, corrected.`;
  const content = reply.content.filter((block) => block.type !== "text" || block.text.trim() !== "");
  const results = content.flatMap((block): ContentBlock[] =>
    block.type === "tool_use"
      ? [{ type: "tool_result", tool_use_id: block.id, is_error: true, content: complaint }]
      : [],
  );
  const isAnswer = content.some((block) => block.type === "text" || block.type === "tool_use");
  return [
    ...(isAnswer ? [{ role: "assistant" as const, content: content.map(withObjectInput) }] : []),
    { role: "user", content: results.length > 0 ? results : [{ type: "text", text: complaint }] },
  ];
}

/** Tools take no root but a plain object, and no property names beyond their pattern. */
function objectRoot(schema: JsonSchema): { root: JsonSchema; wrappedIn: string | null } {
  const { $schema, $id, ...bare } = schema;
  const isDraft7 = typeof $schema === "string" ? /draft-0[67]/.test($schema) : true;
  const modern = isDraft7 ? (withoutTuples(bare) as JsonSchema) : bare;
  const names = isObject(modern["properties"]) ? Object.keys(modern["properties"]) : [];
  const isPlain =
    (modern["type"] === "object" || (modern["type"] === undefined && names.length > 0)) &&
    !["anyOf", "oneOf", "allOf", "$ref"].some((key) => key in modern) &&
    names.every((name) => TOOL_KEY.test(name)) &&
    !JSON.stringify(modern).includes('"$ref":"#"');
  if (isPlain) return { root: { ...modern, type: "object" }, wrappedIn: null };
  const { $defs, definitions, ...inner } = modern;
  const definitionsToo = {
    ...($defs !== undefined && { $defs: movedRefs($defs) }),
    ...(definitions !== undefined && { definitions: movedRefs(definitions) }),
  };
  return {
    root: {
      type: "object",
      properties: { [WRAPPER]: movedRefs(inner) },
      required: [WRAPPER],
      additionalProperties: false,
      ...definitionsToo,
    },
    wrappedIn: WRAPPER,
  };
}

/** References to the root, or into it, follow it to its new place; definitions stay at the top. */
function movedRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(movedRefs);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === "const" || key === "enum" || key === "default" || key === "examples") return [key, inner];
      if (key !== "$ref" || typeof inner !== "string" || !/^#($|\/(?!\$defs\/|definitions\/))/.test(inner))
        return [key, movedRefs(inner)];
      return [key, `#/properties/${WRAPPER}${inner.slice(1)}`];
    }),
  );
}

/** Draft-07's `items: […]` is `prefixItems` in the draft that tools take. */
function withoutTuples(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTuples);
  if (!isObject(value)) return value;
  const isTuple = Array.isArray(value["items"]);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === "const" || key === "enum" || key === "default" || key === "examples") return [key, inner];
      const name = !isTuple
        ? key
        : key === "items"
          ? "prefixItems"
          : key === "additionalItems"
            ? "items"
            : key;
      return [name, withoutTuples(inner)];
    }),
  );
}

function fromInput(input: unknown): { data: unknown } | null {
  return isObject(input) ? { data: input } : typeof input === "string" ? parsed(input) : null;
}

function fromText(text: string): { data: unknown } | null {
  const whole = parsed(text);
  if (whole !== null) return whole;
  const block = firstCodeBlock(text);
  const fenced = block === null ? null : parsed(block.code);
  if (fenced !== null) return fenced;
  const start = text.search(/[{[]/);
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"));
  return start === -1 || end <= start ? null : parsed(text.slice(start, end + 1));
}

function parsed(text: string): { data: unknown } | null {
  try {
    return { data: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/** A tool's input that was no JSON cannot go back as it came: the service takes only objects. */
function withObjectInput(block: ContentBlock): ContentBlock {
  return block.type === "tool_use" && !isObject(block.input) ? { ...block, input: {} } : block;
}

function withInstruction(system: MessagesBody["system"], instruction: string): MessagesBody["system"] {
  if (system === undefined || system === "") return instruction;
  if (typeof system === "string") return `${system}\n\n${instruction}`;
  return [...system, { type: "text", text: instruction }];
}

function hasCitations(body: MessagesBody, api: Api): boolean {
  const isCited = (block: ContentBlock) =>
    block.type === "document" &&
    (block.citations?.enabled === true ||
      (api === "converse" && block.source?.media_type === "application/pdf"));
  return body.messages.some(({ content }) => typeof content !== "string" && content.some(isCited));
}

function freeName(tools: readonly Tool[]): string {
  const names = new Set(tools.map((tool) => tool.name));
  return ["answer", "final_answer"].find((name) => !names.has(name)) ?? `answer_${tools.length}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
