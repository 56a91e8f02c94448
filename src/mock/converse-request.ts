// A Converse request as the Messages body that Bedrock makes of it, after Converse's own checks.
import type { CatalogModel } from "../models/catalog.ts";
import { validationError } from "./routes.ts";
import { type Fields, isFields } from "./rules/violation.ts";

const KEYS = [
  "messages",
  "system",
  "inferenceConfig",
  "toolConfig",
  "guardrailConfig",
  "additionalModelRequestFields",
  "additionalModelResponseFieldPaths",
  "promptVariables",
  "requestMetadata",
  "performanceConfig",
  "serviceTier",
  "outputConfig",
];

const BLOCK_KEYS = [
  "text",
  "image",
  "toolUse",
  "toolResult",
  "document",
  "video",
  "cachePoint",
  "reasoningContent",
  "citationsContent",
  "searchResult",
];

/** Throws MockError for what Converse itself refuses; the rules of the model come after. */
export function fromConverse(request: Fields, model: CatalogModel): { body: Fields; betas: string[] } {
  refuseUnknown(request, KEYS, "#");
  const messages = request["messages"];
  if (!Array.isArray(messages) || messages.length === 0) {
    throw validationError(
      "The value at messages is empty. Add values to the messages object, and then try your request again.",
    );
  }
  checkRoles(messages as Fields[]);
  const config = (request["inferenceConfig"] ?? {}) as Fields;
  refuseUnknown(config, ["maxTokens", "temperature", "topP", "stopSequences"], "#/inferenceConfig");
  const extra = (request["additionalModelRequestFields"] ?? {}) as Fields;
  const usesTools = JSON.stringify(messages).match(/"tool(Use|Result)":\{/) !== null;
  if (usesTools && request["toolConfig"] === undefined) {
    throw validationError(
      "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
    );
  }
  const body: Fields = {
    max_tokens: config["maxTokens"] ?? model.max_output_tokens,
    messages: (messages as Fields[]).map((message, index) => ({
      role: message["role"],
      content: toBlocks(message["content"], `messages.${index}.content`),
    })),
    ...definedOnly({
      temperature: config["temperature"],
      top_p: config["topP"],
      stop_sequences: config["stopSequences"],
      system: request["system"] === undefined ? undefined : toBlocks(request["system"], "system"),
    }),
    ...toTools(request["toolConfig"]),
    ...toOutputConfig(request["outputConfig"]),
    ...extra,
  };
  if (Array.isArray(body["system"]) && body["system"].length === 0) delete body["system"];
  const betas = (extra["anthropic_beta"] ?? []) as string[];
  return { body, betas };
}

function checkRoles(messages: readonly Fields[]): void {
  if (messages[0]?.["role"] !== "user") {
    throw validationError(
      "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
    );
  }
  for (const [index, message] of messages.entries()) {
    if (index > 0 && message["role"] === messages[index - 1]?.["role"]) {
      throw validationError(
        "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.",
      );
    }
  }
}

/** Converse's blocks as Messages blocks; a cachePoint marks the block before it. */
function toBlocks(content: unknown, path: string): Fields[] {
  if (!Array.isArray(content)) throw validationError(`${path}: expected a list`);
  const blocks: Fields[] = [];
  for (const [index, block] of (content as Fields[]).entries()) {
    const keys = isFields(block) ? Object.keys(block) : [];
    const key = keys[0] as string;
    if (keys.length !== 1 || !BLOCK_KEYS.includes(key)) {
      throw validationError(
        `ContentBlock object at ${path}.${index} must set one of the following keys: ${BLOCK_KEYS.join(", ")}.`,
      );
    }
    if (key === "cachePoint") {
      const last = blocks.at(-1);
      if (last === undefined)
        throw validationError(`${path}.${index}: a cachePoint must follow another block.`);
      last["cache_control"] = cacheControl(block["cachePoint"]);
      continue;
    }
    blocks.push(toBlock(key, block[key], `${path}.${index}`));
  }
  return blocks;
}

function toBlock(key: string, value: unknown, path: string): Fields {
  const fields = (isFields(value) ? value : {}) as Fields;
  switch (key) {
    case "text":
      return { type: "text", text: value };
    case "image":
      return {
        type: "image",
        source: {
          type: "base64",
          media_type: `image/${String(fields["format"])}`,
          data: bytesOf(fields, path),
        },
      };
    case "document":
      return toDocument(fields, path);
    case "toolUse":
      return {
        type: "tool_use",
        id: fields["toolUseId"],
        name: fields["name"],
        input: fields["input"] ?? {},
      };
    case "toolResult":
      return {
        type: "tool_result",
        tool_use_id: fields["toolUseId"],
        content: ((fields["content"] ?? []) as Fields[]).map((inner, at) =>
          "json" in inner
            ? { type: "text", text: JSON.stringify(inner["json"]) }
            : (toBlocks([inner], `${path}.toolResult.content.${at}`)[0] as Fields),
        ),
        ...(fields["status"] === "error" && { is_error: true }),
      };
    case "reasoningContent":
      return toThinking(fields);
    case "citationsContent":
      return {
        type: "text",
        text: ((fields["content"] ?? []) as Fields[]).map((part) => String(part["text"] ?? "")).join(""),
      };
    default:
      throw validationError(`${path}: ${key} is not supported by this model.`);
  }
}

function toThinking(fields: Fields): Fields {
  if (isFields(fields["reasoningText"])) {
    const { text, signature } = fields["reasoningText"];
    return { type: "thinking", thinking: text, ...(signature !== undefined && { signature }) };
  }
  const data = Buffer.from(String(fields["redactedContent"] ?? ""), "base64").toString();
  return { type: "redacted_thinking", data };
}

const TEXT_FORMATS = ["txt", "md", "csv", "html"];

function toDocument(fields: Fields, path: string): Fields {
  const name = fields["name"];
  if (typeof name !== "string" || !/^[a-zA-Z0-9\s()[\]-]{1,200}$/.test(name) || /\s\s/.test(name)) {
    throw validationError(
      "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character.",
    );
  }
  const common = {
    title: name,
    ...definedOnly({ context: fields["context"], citations: fields["citations"] }),
  };
  const format = String(fields["format"] ?? "txt");
  const source = fields["source"] as Fields | undefined;
  if (typeof source?.["text"] === "string") {
    return {
      type: "document",
      source: { type: "text", media_type: "text/plain", data: source["text"] },
      ...common,
    };
  }
  const data = bytesOf(fields, path);
  if (format === "pdf") {
    return { type: "document", source: { type: "base64", media_type: "application/pdf", data }, ...common };
  }
  if (!TEXT_FORMATS.includes(format))
    throw validationError(`${path}: document format ${format} is not supported.`);
  const text = Buffer.from(data, "base64").toString();
  return { type: "document", source: { type: "text", media_type: "text/plain", data: text }, ...common };
}

function bytesOf(fields: Fields, path: string): string {
  const bytes = (fields["source"] as Fields | undefined)?.["bytes"];
  if (typeof bytes !== "string")
    throw validationError(`${path}: source must set one of the following keys: bytes.`);
  return bytes;
}

function cacheControl(point: unknown): Fields {
  const { type, ttl } = (isFields(point) ? point : {}) as Fields;
  if (type !== "default") throw validationError("cachePoint.type must be default.");
  return { type: "ephemeral", ...(ttl !== undefined && { ttl }) };
}

function toTools(config: unknown): Fields {
  if (!isFields(config)) return {};
  const tools: Fields[] = [];
  for (const tool of (config["tools"] ?? []) as Fields[]) {
    if (tool["cachePoint"] !== undefined) {
      const last = tools.at(-1);
      if (last) last["cache_control"] = cacheControl(tool["cachePoint"]);
      continue;
    }
    const spec = tool["toolSpec"] as Fields | undefined;
    if (spec === undefined)
      throw validationError("Tool must set one of the following keys: toolSpec, systemTool, cachePoint.");
    tools.push({
      name: spec["name"],
      input_schema: (spec["inputSchema"] as Fields | undefined)?.["json"],
      ...definedOnly({ description: spec["description"], strict: spec["strict"] }),
    });
  }
  if (tools.length === 0) throw validationError("The value at toolConfig.tools is empty.");
  const choice = config["toolChoice"] as Fields | undefined;
  const kind = choice && Object.keys(choice)[0];
  const name = kind === "tool" ? ((choice as Fields)["tool"] as Fields)["name"] : undefined;
  return { tools, ...(kind && { tool_choice: { type: kind, ...definedOnly({ name }) } }) };
}

function toOutputConfig(config: unknown): Fields {
  if (!isFields(config)) return {};
  const format = config["textFormat"] as Fields | undefined;
  const structure = (format?.["structure"] as Fields | undefined)?.["jsonSchema"] as Fields | undefined;
  const schema = structure && (JSON.parse(String(structure["schema"])) as unknown);
  return {
    output_config: definedOnly({
      effort: config["effort"],
      format: schema === undefined ? undefined : { type: "json_schema", schema },
    }),
  };
}

function definedOnly(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}

function refuseUnknown(value: Fields, allowed: readonly string[], path: string): void {
  for (const key of Object.keys(value)) {
    if (!allowed.includes(key)) {
      throw validationError(
        `Malformed input request: ${path}: extraneous key [${key}] is not permitted, please reformat your input and try again.`,
      );
    }
  }
}
