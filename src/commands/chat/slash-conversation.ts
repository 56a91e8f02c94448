// Commands about what was said.
import { CbrError } from "../../core/errors.ts";
import { firstCodeBlock } from "../../core/extract.ts";
import { count, percent, promptTokens } from "../../render/status-line.ts";
import { money } from "../../render/usage-line.ts";
import { ask } from "./ask.ts";
import { type Chat, routeOf, say } from "./chat.ts";
import { copyText } from "./clipboard.ts";
import { compact } from "./compact.ts";
import { compose } from "./compose.ts";
import { lastAnswer } from "./last-answer.ts";
import type { SlashCommand } from "./slash-command.ts";
import { saving, takeTurn } from "./turn.ts";
import { contextUse } from "./window.ts";

export const CONVERSATION_COMMANDS: readonly SlashCommand[] = [
  {
    name: "retry",
    takes: "[model]",
    completes: "models",
    summary: "ask the newest message again, once with another model if one is named",
    async run(chat, rest) {
      if (chat.session.turns.length === 0) {
        throw new CbrError("usage", { message: "there is nothing to ask again", hint: null });
      }
      // A model that cannot be called must not cost the answer that stands.
      const route = rest === "" ? undefined : await routeOf(chat, rest);
      await takeTurn(chat, null, route);
    },
  },
  {
    name: "edit",
    takes: "[text]",
    summary: "write a message in $VISUAL or $EDITOR, and send it",
    async run(chat, rest) {
      const text = await compose(chat.context, rest);
      if (text === null) return say(chat, "nothing was written; nothing is sent");
      chat.remember(text);
      await ask(chat, text);
    },
  },
  {
    name: "undo",
    summary: "take the newest message and its answer back",
    async run(chat) {
      const turns = chat.session.turns.length;
      if (turns === 0) throw new CbrError("usage", { message: "there is nothing to take back", hint: null });
      await saving(chat, () => chat.session.undo());
      chat.contextTokens = null;
      say(chat, turns === 1 ? "taken back; the conversation is empty" : "taken back");
    },
  },
  {
    name: "clear",
    summary: "begin anew; the session's file keeps what was said",
    async run(chat) {
      if (chat.session.turns.length > 0) await saving(chat, () => chat.session.clear());
      chat.contextTokens = null;
      chat.attachments = [];
      say(chat, "cleared");
    },
  },
  {
    name: "compact",
    summary: "let Claude summarise the older turns, to make room",
    run: compact,
  },
  {
    name: "copy",
    takes: "[code]",
    summary: "copy the last answer, or its first code block",
    async run(chat, rest) {
      if (rest !== "" && rest !== "code") {
        throw new CbrError("usage", { message: "`/copy` takes `code` or nothing after it", hint: null });
      }
      const answer = lastAnswer(chat);
      const text = rest === "code" ? firstCodeBlock(answer)?.code : answer;
      if (text === undefined) {
        throw new CbrError("no_code_block", { message: "the last answer has no code block", hint: null });
      }
      say(chat, `copied (${await copyText(chat.context, text)})`);
    },
  },
  { name: "usage", summary: "tokens of the newest answer and of the context", run: showUsage },
  { name: "cost", summary: "what the session has cost", run: showCost },
];

async function showUsage(chat: Chat): Promise<void> {
  const usage = chat.session.lastUsage;
  if (usage === null) return say(chat, "no answer has told its usage yet");
  const route = await routeOf(chat);
  const use = contextUse(chat, route);
  const window = route.model?.context_window ?? null;
  const lines = [
    `newest answer: ${count(promptTokens(usage))} in, ${count(usage.output_tokens)} out`,
    `cache: ${count(usage.cache_read_input_tokens)} read, ${count(usage.cache_creation_input_tokens)} written`,
    `turns: ${chat.session.turnCount}`,
  ];
  if (use !== null && window !== null) lines.push(`context: ${percent(use)} of ${count(window)} tokens`);
  say(chat, lines.join("\n"));
  showCost(chat);
}

function showCost(chat: Chat): void {
  const { cost } = chat.session;
  say(chat, cost === null ? "session: cost unknown" : `session: $${money(cost)}`);
}
