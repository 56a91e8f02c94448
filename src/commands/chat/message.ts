// What a line means: a command or something to say.
import { ask } from "./ask.ts";
import type { Chat } from "./chat.ts";
import { runSlashCommand } from "./slash.ts";

/** `/word` and what follows it; null for what is said to Claude, paths such as `/etc/hosts` included. */
export function slashCommandIn(text: string): { name: string; rest: string } | null {
  const match = /^\/([A-Za-z?][\w-]*|\?)(?:\s+(.*))?$/s.exec(text.trim());
  return match === null ? null : { name: match[1] ?? "", rest: match[2] ?? "" };
}

/** Does what `text` says. Throws CbrError; files that were attached stay so when nothing was sent. */
export async function obey(chat: Chat, text: string): Promise<void> {
  const command = slashCommandIn(text);
  if (command !== null) return runSlashCommand(chat, command.name, command.rest);
  // `//` begins a message that begins with a slash.
  await ask(chat, text.replace(/^\s*\/\//, "/"));
}
