// Server-sent events (WHATWG HTML, 9.2.6), as far as the Messages API uses them: `event` and `data` lines.
import { StreamFault } from "./foreign-answer.ts";

export interface ServerEvent {
  event: string;
  data: string;
}

/** An event longer than this is not one of Anthropic's. */
const MAX_EVENT = 24 * 1024 * 1024;

/** Cuts a body into events. A last event without its blank line is dropped, as the standard says. Throws StreamFault. */
export async function* serverEventsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let pending = "";
  let event = "";
  let data: string[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    pending += decode(decoder, chunk);
    let from = 0;
    // A lone CR at the very end may be half of a CRLF.
    for (let end = lineEnd(pending, from); end !== -1; end = lineEnd(pending, from)) {
      const line = pending.slice(from, end);
      from = end + (pending[end] === "\r" && pending[end + 1] === "\n" ? 2 : 1);
      if (line === "") {
        if (data.length > 0) yield { event: event || "message", data: data.join("\n") };
        event = "";
        data = [];
        size = 0;
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
      size += value.length;
      if (field === "event") event = value;
      if (field === "data") data.push(value);
    }
    pending = pending.slice(from);
    if (pending.length + size > MAX_EVENT)
      throw new StreamFault("oversized", "malformed stream: an event without end");
  }
  if (pending !== "" || data.length > 0)
    throw new StreamFault("truncated", "the stream ended inside an event");
}

function lineEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === "\n") return i;
    if (text[i] === "\r") return i + 1 < text.length ? i : -1;
  }
  return -1;
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw new StreamFault("corrupt", "corrupted data from the network (not UTF-8)");
  }
}
