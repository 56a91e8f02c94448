// Consumers of reply events: text for people and pipes, JSON and JSON lines for programs.
import type { ReplyEvent } from "../core/reply.ts";
import type { IOStreams, OutputStream } from "../host/streams.ts";
import { type Sanitizer, sanitize, sanitizer } from "./sanitize.ts";

/** Drinks the events of one reply. Writing waits for a slow reader. */
export interface Renderer {
  event(event: ReplyEvent): Promise<void>;
  /** After the last event, also when the reply broke off. */
  end(): Promise<void>;
}

/** The answer's text as it comes: byte-exact into a pipe, made safe on a terminal and ended by one newline there. */
export function textRenderer(out: OutputStream): Renderer {
  const safe: Sanitizer | null = out.isTTY ? sanitizer() : null;
  let last = "";
  const write = async (text: string) => {
    if (text === "") return;
    last = text;
    await out.write(text);
  };
  return {
    async event(event) {
      if (event.type !== "text-delta") return;
      const wait = write(safe === null ? event.text : safe.push(event.text));
      await wait;
    },
    async end() {
      if (safe === null) return;
      await write(safe.end());
      if (last !== "" && !last.endsWith("\n")) await write("\n");
    },
  };
}

/** Reasoning, dim on stderr, as it comes; ended by a newline before the answer. */
export function thinkingRenderer(io: IOStreams, beforeText: () => void): Renderer {
  const safe = sanitizer();
  let isOpen = false;
  const write = (text: string) => io.err.write(text === "" ? "" : io.err.color.dim(text));
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await io.err.write("\n");
  };
  return {
    async event(event) {
      if (event.type === "thinking-delta") {
        beforeText();
        isOpen = true;
        await write(safe.push(event.thinking));
      } else if (event.type === "block-stop" || event.type === "text-delta") {
        await close();
      }
    },
    end: close,
  };
}

/** One JSON object a line, flushed as it comes. Tools appear once, when their input is whole. */
export function eventRenderer(out: OutputStream, modelId: string): Renderer {
  const tools = new Map<number, { id: string; name: string; input: unknown; json: string }>();
  const line = (object: Record<string, unknown>) => out.write(`${jsonFor(out, object)}\n`);
  return {
    async event(event) {
      switch (event.type) {
        case "start":
          return line({ type: "start", model_id: modelId, request_id: event.requestId });
        case "text-delta":
          return line({ type: "text_delta", text: event.text });
        case "thinking-delta":
          return line({ type: "thinking_delta", thinking: event.thinking });
        case "block-start":
          if (event.block.type === "tool_use") {
            const { id, name, input } = event.block;
            tools.set(event.index, { id, name, input, json: "" });
          }
          return;
        case "tool-input-delta": {
          const tool = tools.get(event.index);
          if (tool) tool.json += event.json;
          return;
        }
        case "block-stop": {
          const tool = tools.get(event.index);
          if (tool === undefined) return;
          const input = tool.json === "" ? tool.input : parseOr(tool.json);
          return line({ type: "tool_use", id: tool.id, name: tool.name, input });
        }
        default:
          return;
      }
    },
    async end() {},
  };
}

/** JSON for stdout; on a terminal what JSON leaves raw (C1, bidi controls) is made visible too. */
export function jsonFor(out: OutputStream, value: unknown, indent = 0): string {
  const text = JSON.stringify(value, null, indent);
  return out.isTTY ? sanitize(text) : text;
}

function parseOr(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
