import { readFiles } from "../../cli/files.ts";
import { CbrError } from "../../core/errors.ts";
import { fileBlock, type PromptBlock, wordsBlock } from "../../core/prompt.ts";
import { expandHome } from "../../settings/paths.ts";
import type { Chat, ChatPrompt } from "./chat.ts";

/** Reads files (globs allowed) to go with the next message; all or none. Throws CbrError of exit code 3. */
export async function attach(
  chat: Chat,
  paths: readonly string[],
  kind: "any" | "image" = "any",
): Promise<PromptBlock[]> {
  const { host, signal, report } = chat.context;
  const expanded = paths.map((path) => expandHome(path, host));
  const files = await readFiles(expanded, host.cwd, signal);
  const blocks = files.map(({ path, bytes }) => fileBlock(path, bytes));
  const other = kind === "image" ? blocks.find(({ part }) => part.kind !== "image") : undefined;
  if (other !== undefined) {
    throw new CbrError("bad_image", {
      message: `\`${other.part.name}\` is no png, jpeg, gif or webp`,
      hint: "`/file` attaches other files",
    });
  }
  for (const { notice } of blocks) if (notice !== null) report.notice(notice);
  chat.attachments.push(...blocks);
  return blocks;
}

/** A message with what is attached to it, which is attached no longer. */
export function promptOf(chat: Chat, text: string): ChatPrompt {
  const blocks = [...chat.attachments, wordsBlock([text])];
  chat.attachments = [];
  return { content: blocks.map(({ block }) => block), parts: blocks.map(({ part }) => part) };
}
