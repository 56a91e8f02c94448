// The service may cut an emoji into its two UTF-16 halves, one in each delta; printed apart they are two wrong characters.
import type { ReplyEvent } from "./reply.ts";

/** Passes events on with every text well-formed: a trailing high surrogate waits for its other half. */
export async function* joinSurrogates(events: AsyncIterable<ReplyEvent>): AsyncGenerator<ReplyEvent, void> {
  let held: { type: "text-delta" | "thinking-delta"; index: number; half: string } | null = null;
  for await (const event of events) {
    if (event.type !== "text-delta" && event.type !== "thinking-delta") {
      if (held !== null && event.type !== "metrics" && event.type !== "unknown") {
        yield delta(held.type, held.index, "\ufffd");
        held = null;
      }
      yield event;
      continue;
    }
    let text = event.type === "text-delta" ? event.text : event.thinking;
    if (held !== null) {
      if (held.type === event.type && held.index === event.index) text = held.half + text;
      else yield delta(held.type, held.index, "\ufffd");
      held = null;
    }
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) {
      held = { type: event.type, index: event.index, half: text.slice(-1) };
      text = text.slice(0, -1);
      if (text === "") continue;
    }
    yield delta(event.type, event.index, text.toWellFormed());
  }
  if (held !== null) yield delta(held.type, held.index, "\ufffd");
}

function delta(type: "text-delta" | "thinking-delta", index: number, text: string): ReplyEvent {
  return type === "text-delta" ? { type, index, text } : { type, index, thinking: text };
}
