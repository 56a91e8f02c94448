// Puts a reply together from its events.
import type { ContentBlock, Usage } from "./messages.ts";
import type { Reply, ReplyEvent } from "./reply.ts";

export interface Collector {
  add(event: ReplyEvent): void;
  /** What has come so far; blocks that never ended are included as far as they came. */
  reply(): Reply;
}

/**
 * A reader of events that remembers; pure. With `keepsText: false` it keeps of the text only as much as tells whether there
 * is any: for an answer that is already on its way to the reader, and may be long.
 */
export function collector({ keepsText } = { keepsText: true }): Collector {
  const blocks = new Map<number, ContentBlock>();
  const toolInputs = new Map<number, string>();
  const reply: Reply = {
    id: null,
    model: null,
    requestId: null,
    content: [],
    text: "",
    stopReason: null,
    stopSequence: null,
    stopDetails: null,
    usage: null,
    guardrailAction: null,
    trace: null,
    unknownEvents: 0,
  };
  // As long as there is one text block its text is the answer's, and is not kept twice.
  let soleTextIndex: number | null = null;
  let isSoleText = true;
  let usage: Partial<Usage> | null = null;
  let metrics: Partial<Usage> | null = null;

  const open = <T extends ContentBlock["type"]>(index: number, type: T, empty: ContentBlock) => {
    const block = blocks.get(index);
    if (block?.type === type) return block as Extract<ContentBlock, { type: T }>;
    if (index === soleTextIndex) keepTextApart();
    blocks.set(index, empty);
    return empty as Extract<ContentBlock, { type: T }>;
  };

  const addText = (index: number, text: string) => {
    const block = open(index, "text", { type: "text", text: "" });
    if (!keepsText && block.text.trim() !== "") return;
    soleTextIndex ??= index;
    if (index !== soleTextIndex) keepTextApart();
    block.text += text;
    if (!isSoleText) reply.text += text;
  };
  const keepTextApart = () => {
    if (isSoleText) reply.text = soleText();
    isSoleText = false;
  };
  const soleText = () => {
    const block = soleTextIndex === null ? undefined : blocks.get(soleTextIndex);
    return block?.type === "text" ? block.text : "";
  };

  return {
    add(event) {
      switch (event.type) {
        case "start":
          reply.id = event.id;
          reply.model = event.model;
          reply.requestId = event.requestId;
          usage = overlay(usage, event.usage);
          break;
        case "block-start":
          if (event.index === soleTextIndex) keepTextApart();
          blocks.set(event.index, structuredClone(event.block));
          break;
        case "text-delta":
          addText(event.index, event.text);
          break;
        case "thinking-delta":
          open(event.index, "thinking", { type: "thinking", thinking: "", signature: "" }).thinking +=
            event.thinking;
          break;
        case "signature-delta":
          open(event.index, "thinking", { type: "thinking", thinking: "", signature: "" }).signature +=
            event.signature;
          break;
        case "tool-input-delta":
          toolInputs.set(event.index, (toolInputs.get(event.index) ?? "") + event.json);
          break;
        case "citation": {
          const block = open(event.index, "text", { type: "text", text: "" });
          block["citations"] = [...((block["citations"] as unknown[] | undefined) ?? []), event.citation];
          break;
        }
        case "block-stop":
          closeTool(blocks.get(event.index), toolInputs.get(event.index));
          break;
        case "stop":
          reply.stopReason = event.stopReason;
          reply.stopSequence = event.stopSequence;
          reply.stopDetails = event.details ?? null;
          usage = overlay(usage, event.usage);
          break;
        case "metrics":
          metrics = overlay(metrics, event.usage);
          // Once it intervened it has: a later NONE is of the event that says it.
          if (reply.guardrailAction !== "INTERVENED")
            reply.guardrailAction = event.guardrailAction ?? reply.guardrailAction;
          reply.trace = event.trace ?? reply.trace;
          break;
        case "unknown":
          reply.unknownEvents++;
          break;
        case "end":
          break;
        default:
          event satisfies never;
      }
    },
    reply() {
      const content = [...blocks.entries()].sort(([a], [b]) => a - b).map(([, block]) => block);
      const text = isSoleText ? soleText() : reply.text;
      return { ...reply, text, content, usage: complete(usage, metrics) };
    },
  };
}

function overlay(under: Partial<Usage> | null, over: Partial<Usage> | null): Partial<Usage> | null {
  if (over === null) return under;
  const known = Object.entries(over).filter(([, value]) => value !== undefined && value !== null);
  return { ...under, ...Object.fromEntries(known) };
}

/** The Messages usage, with metrics only where it says nothing; null when neither knows the tokens. */
function complete(usage: Partial<Usage> | null, metrics: Partial<Usage> | null): Usage | null {
  const all = overlay(metrics, usage);
  if (all === null || all.input_tokens === undefined || all.output_tokens === undefined) return null;
  return {
    input_tokens: all.input_tokens,
    output_tokens: all.output_tokens,
    cache_read_input_tokens: all.cache_read_input_tokens ?? 0,
    cache_creation_input_tokens: all.cache_creation_input_tokens ?? 0,
    ...(all.cache_creation && { cache_creation: all.cache_creation }),
  };
}

function closeTool(block: ContentBlock | undefined, json: string | undefined): void {
  if (block?.type !== "tool_use" || json === undefined || json === "") return;
  try {
    block.input = JSON.parse(json);
  } catch {
    block.input = json;
  }
}
