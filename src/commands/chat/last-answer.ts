import { CbrError } from "../../core/errors.ts";
import type { Chat } from "./chat.ts";

/** The newest answer as Claude wrote it, one that was stopped included. Throws CbrError `usage` where there is none. */
export function lastAnswer({ session }: Chat): string {
  const turn = session.lastTurn();
  const newest = turn?.reply?.hasContent
    ? turn
    : [...session.history()].findLast((each) => each.reply?.hasContent);
  const text = (newest?.reply?.content ?? [])
    .map((block) => (block.type === "text" ? block.text : ""))
    .join("");
  if (text === "") throw new CbrError("usage", { message: "there is no answer yet", hint: null });
  return text;
}
