// A request in whichever form somebody has it: Anthropic's, InvokeModel's, Converse's, or a curl command.
import { type ParsedBody, readBody } from "./body.ts";
import { type FromConverse, fromConverse, isConverse } from "./converse-source.ts";
import { isCurl, parseCurl } from "./curl.ts";
import { asObject } from "./json.ts";
import { parseJsonText } from "./json-text.ts";
import { type Note, Notes } from "./notes.ts";

export interface Source extends ParsedBody {
  form: "anthropic" | "bedrock" | "converse" | "curl";
  /** A Converse body's settings that are no part of a Messages body. */
  converse: Pick<FromConverse, "guardrail" | "tags" | "latency" | "serviceTier"> | null;
  notes: Note[];
}

/** Reads `text`, telling the form by its content. Throws CbrError `body_invalid` or `not_convertible`. */
export function readSource(text: string): Source {
  if (isCurl(text)) {
    const { parsed, droppedHeaders } = parseCurl(text);
    const notes = new Notes();
    for (const name of droppedHeaders)
      notes.changed(`header \`${name}\``, "dropped; it is not part of a body");
    return { ...parsed, form: "curl", converse: null, notes: notes.list };
  }
  const json = parseJsonText(text, "the body");
  const object = asObject(json);
  if (object === null || !isConverse(object)) {
    const parsed = readBody(json);
    const form = parsed.version === null || parsed.model !== null ? "anthropic" : "bedrock";
    return { ...parsed, form, converse: null, notes: [] };
  }
  const { body, betas, modelId, notes, ...converse } = fromConverse(object);
  const parsed = readBody(body);
  return { ...parsed, betas, model: modelId, form: "converse", converse, notes };
}
