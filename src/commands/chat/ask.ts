import { promptOf } from "./attach.ts";
import type { Chat } from "./chat.ts";
import { takeTurn } from "./turn.ts";

/** Says `text` to Claude with what is attached. */
export async function ask(chat: Chat, text: string): Promise<void> {
  const { attachments } = chat;
  const turns = chat.session.turns.length;
  try {
    await takeTurn(chat, promptOf(chat, text));
  } catch (error) {
    if (chat.session.turns.length === turns) chat.attachments = attachments;
    throw error;
  }
}
