// Server-sent events (WHATWG HTML, 9.2.6), as far as the Messages API uses them: `event` and `data` lines.
import { StreamFault } from "./foreign-answer.ts";

export interface ServerEvent {
  event: string;
  data: string;
}

/** An event longer than this is not one of Anthropic's. */
const MAX_EVENT = 24 * 1024 * 1024;

/** Cuts a body into events. A last event without its blank line is a StreamFault; so is one without end. */
export async function* serverEventsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const lines = lineCutter();
  const events = eventBuilder();
  for await (const chunk of bytes) {
    for (const line of lines.take(decode(decoder, chunk))) {
      const event = events.take(line);
      if (event !== null) yield event;
    }
    if (lines.openSize() + events.openSize() > MAX_EVENT)
      throw new StreamFault("oversized", "malformed stream: an event without end");
  }
  for (const line of lines.end()) {
    const event = events.take(line);
    if (event !== null) yield event;
  }
  if (lines.openSize() + events.openSize() > 0)
    throw new StreamFault("truncated", "the stream ended inside an event");
}

/** Lines end with LF, CRLF or CR. What has no end yet is kept in parts: joined each time, a long line would take minutes. */
function lineCutter() {
  let parts: string[] = [];
  let size = 0;
  let hasCr = false;
  const cut = (text: string): string[] => {
    const lines = text.split(/\r\n|\n|\r/);
    const rest = lines.pop() ?? "";
    if (lines.length > 0) {
      lines[0] = parts.join("") + lines[0];
      parts = [];
      size = 0;
    }
    if (rest !== "") parts.push(rest);
    size += rest.length;
    return lines;
  };
  return {
    take(chunk: string): string[] {
      const text = hasCr ? `\r${chunk}` : chunk;
      // A CR at the very end may be half of a CRLF.
      hasCr = text.endsWith("\r");
      return cut(hasCr ? text.slice(0, -1) : text);
    },
    end: () => (hasCr ? cut("\r") : []),
    openSize: () => size,
  };
}

function eventBuilder() {
  let event = "";
  let data: string[] = [];
  let size = 0;
  return {
    take(line: string): ServerEvent | null {
      if (line === "") {
        const whole = data.length > 0 ? { event: event || "message", data: data.join("\n") } : null;
        event = "";
        data = [];
        size = 0;
        return whole;
      }
      const colon = line.indexOf(":");
      const field = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
      if (field === "event") event = value;
      if (field === "data") {
        data.push(value);
        size += value.length + 1;
      }
      return null;
    },
    openSize: () => size,
  };
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw new StreamFault("corrupt", "corrupted data from the network (not UTF-8)");
  }
}
