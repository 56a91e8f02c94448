// A Messages request in Converse's words. What Converse has no field for goes where the model itself reads it:
// `additionalModelRequestFields`. What cannot be said at all is noted as lost.
import type { ClaudeRequest } from "../claude.ts";
import type { MessagesBody } from "../messages.ts";
import { blocksToConverse, cachePointOf } from "./converse-blocks.ts";
import type { DocumentRules } from "./converse-media.ts";
import { asArray, asObject, type JsonObject, present } from "./json.ts";
import { type Note, Notes } from "./notes.ts";

/** A body of Converse or ConverseStream in plain JSON: blobs are base64 (`withBytes` makes them bytes for the SDK). */
export interface ConverseBody {
  messages: { role: string; content: JsonObject[] }[];
  system?: JsonObject[];
  inferenceConfig?: JsonObject;
  toolConfig?: JsonObject;
  additionalModelRequestFields?: JsonObject;
  [key: string]: unknown;
}

export type ConverseInput = ConverseBody & { modelId: string };

/**
 * The whole request for Converse or ConverseStream, model id and Bedrock's own settings included. A note of kind `lost`
 * says that Converse cannot do what was asked: the caller decides whether that is an error.
 */
export function toConverse(request: ClaudeRequest): { input: ConverseInput; notes: Note[] } {
  const { body, notes } = converseBody(request.body, request.betas);
  const wantsSequence = (request.body.stop_sequences ?? []).length > 0;
  const input: ConverseInput = {
    modelId: request.modelId,
    ...body,
    ...(request.guardrail && {
      guardrailConfig: {
        guardrailIdentifier: request.guardrail.id,
        guardrailVersion: request.guardrail.version,
        ...(request.trace && { trace: request.trace }),
      },
    }),
    ...(request.tags && { requestMetadata: { ...request.tags } }),
    ...(request.latency && { performanceConfig: { latency: request.latency } }),
    ...(request.serviceTier && { serviceTier: { type: request.serviceTier } }),
    // Converse tells which stop sequence it was only when asked.
    ...(wantsSequence && { additionalModelResponseFieldPaths: ["/stop_sequence"] }),
  };
  return { input, notes };
}

const INFERENCE = {
  max_tokens: "maxTokens",
  temperature: "temperature",
  top_p: "topP",
  stop_sequences: "stopSequences",
};

/** A Messages body and its betas as the body of Converse. */
export function converseBody(
  body: Partial<MessagesBody>,
  betas: readonly string[],
): { body: ConverseBody; notes: Note[] } {
  const notes = new Notes();
  const { messages, system, tools, tool_choice, output_config, ...rest } = body;
  const rules = documentRules(messages, output_config?.format !== undefined, notes);
  const typed = asArray(tools).filter(isTyped);
  const choice = asObject(tool_choice);
  const isChoiceSayable = choice === null || toolChoice(choice) !== null;
  const inferenceConfig: JsonObject = {};
  const additional: JsonObject = {};
  for (const [key, value] of Object.entries(rest)) {
    const name = INFERENCE[key as keyof typeof INFERENCE];
    if (name === undefined) additional[key] = value;
    else inferenceConfig[name] = value;
  }
  const { format, ...output } = output_config ?? {};
  if (Object.keys(output).length > 0) additional["output_config"] = output;
  if (typed.length > 0) additional["tools"] = typed;
  if (!isChoiceSayable) additional["tool_choice"] = choice;
  if (betas.length > 0) additional["anthropic_beta"] = [...betas];

  const toolConfig = toolConfigOf(tools, isChoiceSayable ? choice : null, notes);
  const outputConfig = format === undefined ? null : outputConfigOf(format, notes);
  const converse: ConverseBody = {
    messages: asArray(messages).map((item, index) => {
      const message = asObject(item) ?? {};
      const content = blocksToConverse(message["content"], `messages[${index}].content`, notes, rules);
      return { role: String(message["role"]), content };
    }),
    ...(system !== undefined && { system: blocksToConverse(system, "system", notes, rules) }),
    ...(Object.keys(inferenceConfig).length > 0 && { inferenceConfig }),
    ...(toolConfig && { toolConfig }),
    ...(outputConfig && { outputConfig }),
    ...(Object.keys(additional).length > 0 && { additionalModelRequestFields: additional }),
  };
  return { body: converse, notes: notes.list };
}

/** Tools of Anthropic's own making, which Converse passes to the model unread. */
function isTyped(tool: unknown): boolean {
  const type = asObject(tool)?.["type"];
  return type !== undefined && type !== null && type !== "custom";
}

function toolConfigOf(tools: unknown, choice: JsonObject | null, notes: Notes): JsonObject | null {
  const specs = asArray(tools).flatMap((item, index) => {
    if (isTyped(item)) return [];
    const tool = asObject(item) ?? {};
    const path = `tools[${index}]`;
    const known = ["type", "name", "description", "input_schema", "strict", "cache_control"];
    notes.lostKeys(tool, known, path, "Converse");
    const toolSpec = present({
      name: tool["name"],
      description: tool["description"],
      inputSchema: { json: tool["input_schema"] ?? { type: "object" } },
      strict: tool["strict"],
    });
    return [{ toolSpec }, ...cachePointOf(tool, path, notes)];
  });
  if (specs.length === 0) return null;
  return { tools: specs, ...(choice && { toolChoice: toolChoice(choice) }) };
}

/** null where Converse cannot say it: `none`, and tool use that may not be parallel. */
function toolChoice(choice: JsonObject): JsonObject | null {
  if (choice["disable_parallel_tool_use"] !== undefined) return null;
  if (choice["type"] === "auto" || choice["type"] === "any") return { [choice["type"]]: {} };
  return choice["type"] === "tool" ? { tool: { name: choice["name"] } } : null;
}

function outputConfigOf(format: JsonObject, notes: Notes): JsonObject | null {
  if (format["type"] !== "json_schema") {
    notes.lost("output_config.format", "Converse has no such output format");
    return null;
  }
  const jsonSchema = { schema: JSON.stringify(format["schema"] ?? {}) };
  return { textFormat: { type: "json_schema", structure: { jsonSchema } } };
}

function documentRules(messages: unknown, hasFormat: boolean, notes: Notes): DocumentRules {
  const documents = asArray(messages).flatMap((message) => documentsIn(asObject(message)?.["content"]));
  const hasPdf = documents.some(
    (document) => asObject(document["source"])?.["media_type"] === "application/pdf",
  );
  const isCited = documents.some((document) => asObject(document["citations"])?.["enabled"] === true);
  if (hasPdf && hasFormat && !isCited) {
    // Citations and structured output exclude each other.
    notes.changed("messages", "with an output format Claude sees only the text of a PDF, not its pages");
  }
  return { names: new Set(), mustCite: hasPdf && !hasFormat };
}

function documentsIn(content: unknown): JsonObject[] {
  return asArray(content).flatMap((item) => {
    const block = asObject(item) ?? {};
    return block["type"] === "document" ? [block] : documentsIn(block["content"]);
  });
}
