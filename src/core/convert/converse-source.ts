// The way back: a Converse body as a Messages body, with what belongs beside the body on Bedrock.
import type { MessagesBody } from "../messages.ts";
import { blocksFromConverse, setCacheControl } from "./converse-blocks.ts";
import { asArray, asObject, asString, type JsonObject, present } from "./json.ts";
import { type Note, Notes } from "./notes.ts";

export interface FromConverse {
  body: Partial<MessagesBody> & Pick<MessagesBody, "messages">;
  betas: string[];
  modelId: string | null;
  /** Bedrock's own settings, which go in headers of InvokeModel. */
  guardrail: { id: string; version: string; trace: string | null } | null;
  tags: Record<string, unknown> | null;
  latency: string | null;
  serviceTier: string | null;
  notes: Note[];
}

const KNOWN = [
  "modelId",
  "messages",
  "system",
  "inferenceConfig",
  "toolConfig",
  "outputConfig",
  "additionalModelRequestFields",
  "additionalModelResponseFieldPaths",
  "guardrailConfig",
  "requestMetadata",
  "performanceConfig",
  "serviceTier",
];

/** Is this a Converse body and not a Messages one? Told by its own keys, else by blocks without a `type`. */
export function isConverse(json: JsonObject): boolean {
  const own = KNOWN.filter((key) => key !== "messages" && key !== "system");
  if (own.some((key) => json[key] !== undefined)) return true;
  const blocks = asArray(json["messages"]).flatMap((message) => asArray(asObject(message)?.["content"]));
  return blocks.length > 0 && blocks.every((block) => asObject(block)?.["type"] === undefined);
}

/** Reads a body of Converse or ConverseStream, blobs as base64. The inverse of `converseBody` on all that it can say. */
export function fromConverse(json: JsonObject): FromConverse {
  const notes = new Notes();
  for (const key of Object.keys(json)) {
    if (!KNOWN.includes(key)) notes.lost(key, `the Messages API has no \`${key}\``);
  }
  const { tools, tool_choice, output_config, anthropic_beta, ...additional } =
    asObject(json["additionalModelRequestFields"]) ?? {};
  const inference = asObject(json["inferenceConfig"]) ?? {};
  const config = toolsFromConverse(asObject(json["toolConfig"]), notes);
  const allTools = [...config.tools, ...asArray(tools)];
  const output = outputFromConverse(asObject(json["outputConfig"]), asObject(output_config), notes);
  const body = present({
    max_tokens: inference["maxTokens"],
    system: json["system"] === undefined ? null : blocksFromConverse(json["system"], "system", notes),
    messages: asArray(json["messages"]).map((item, index) => {
      const message = asObject(item) ?? {};
      const content = blocksFromConverse(message["content"], `messages[${index}].content`, notes);
      return { role: message["role"], content };
    }),
    temperature: inference["temperature"],
    top_p: inference["topP"],
    stop_sequences: inference["stopSequences"],
    tools: allTools.length > 0 ? allTools : null,
    tool_choice: tool_choice ?? config.choice,
    output_config: output,
    ...additional,
  });
  const guardrail = asObject(json["guardrailConfig"]);
  return {
    // The keys are those of a Messages body; their values are checked by whoever reads it next.
    body: body as unknown as FromConverse["body"],
    betas: asArray(anthropic_beta).filter((beta): beta is string => typeof beta === "string"),
    modelId: asString(json["modelId"]),
    guardrail: guardrail && {
      id: asString(guardrail["guardrailIdentifier"]) ?? "",
      version: asString(guardrail["guardrailVersion"]) ?? "",
      trace: asString(guardrail["trace"]),
    },
    tags: asObject(json["requestMetadata"]),
    latency: asString(asObject(json["performanceConfig"])?.["latency"]),
    serviceTier: asString(asObject(json["serviceTier"])?.["type"]),
    notes: notes.list,
  };
}

function toolsFromConverse(
  config: JsonObject | null,
  notes: Notes,
): { tools: JsonObject[]; choice: JsonObject | null } {
  const tools: JsonObject[] = [];
  for (const [index, item] of asArray(config?.["tools"]).entries()) {
    const entry = asObject(item) ?? {};
    const spec = asObject(entry["toolSpec"]);
    const point = asObject(entry["cachePoint"]);
    const path = `toolConfig.tools[${index}]`;
    if (spec !== null) {
      const input_schema = asObject(spec["inputSchema"])?.["json"];
      tools.push(
        present({
          name: spec["name"],
          description: spec["description"],
          input_schema,
          strict: spec["strict"],
        }),
      );
    } else if (point === null || !setCacheControl(tools.at(-1), point)) {
      notes.lost(path, `the Messages API has no \`${Object.keys(entry)[0] ?? "empty"}\` here`);
    }
  }
  const choice = asObject(config?.["toolChoice"]);
  const named = asObject(choice?.["tool"]);
  if (named !== null) return { tools, choice: { type: "tool", name: named["name"] } };
  const type = ["auto", "any"].find((kind) => choice?.[kind] !== undefined);
  return { tools, choice: type === undefined ? null : { type } };
}

function outputFromConverse(
  config: JsonObject | null,
  additional: JsonObject | null,
  notes: Notes,
): JsonObject | null {
  const textFormat = asObject(config?.["textFormat"]);
  const schema = asString(asObject(asObject(textFormat?.["structure"])?.["jsonSchema"])?.["schema"]);
  const output = present({ effort: config?.["effort"], ...additional });
  if (schema !== null) {
    try {
      output["format"] = { type: "json_schema", schema: JSON.parse(schema) };
    } catch {
      notes.lost("outputConfig.textFormat", "its schema is not JSON");
    }
  }
  return Object.keys(output).length > 0 ? output : null;
}
