// The context window: nothing is sent that cannot fit, and nobody is surprised by its end.
import { countInput } from "../../cli/count.ts";
import { estimateTokens } from "../../core/cache.ts";
import type { ClaudeRequest } from "../../core/claude.ts";
import { CbrError } from "../../core/errors.ts";
import type { Route } from "../../models/route.ts";
import { breakLines } from "../../render/break-lines.ts";
import { percent } from "../../render/status-line.ts";
import { type Chat, type ChatPrompt, modelName, say } from "./chat.ts";

/** From this share of the window on the person is warned. */
const NEAR = 0.8;
export const ROOM_HINT = "`/compact` summarises the older turns, `/clear` begins anew";

/** Throws CbrError `prompt_too_long` where `request` is longer than the model's window; counts only when that is in question. */
export async function guardWindow(
  chat: Chat,
  route: Route,
  request: ClaudeRequest,
  prompt: ChatPrompt | null,
): Promise<void> {
  const window = route.model?.context_window ?? null;
  if (window === null) return;
  const known = chat.contextTokens === null ? 0 : chat.contextTokens + estimateTokens(prompt?.content ?? []);
  const rough = Math.max(known, estimateTokens([request.body.messages, request.body.system ?? []]));
  if (rough < window / 2) return;
  const counted = await countInput(chat.context, chat.settings, route, request);
  // What the service counted of the turns before is nearer the truth than any estimate of ours.
  const tokens = counted.method === "estimate" ? known : counted.input_tokens;
  if (tokens <= window) return;
  throw new CbrError("prompt_too_long", {
    message: `the conversation with this message has ${tokens} tokens, more than the ${window} of ${modelName(route)}`,
    hint: ROOM_HINT,
  });
}

/** The share of the window that the conversation takes; null where not known. */
export function contextUse(chat: Chat, route: Route): number | null {
  const window = route.model?.context_window ?? null;
  return window === null || chat.contextTokens === null ? null : chat.contextTokens / window;
}

/** Says so when the window is nearly full. */
export function warnNearWindow(chat: Chat, route: Route): void {
  const use = contextUse(chat, route);
  if (use === null || use < NEAR || chat.context.report.isQuiet) return;
  const { color, width, isTTY } = chat.context.io.err;
  const warning = `${color.yellow("warning:")} the context window is ${percent(use)} full; ${ROOM_HINT}`;
  say(chat, isTTY ? breakLines(warning, width - 1).join("\n") : warning);
}
