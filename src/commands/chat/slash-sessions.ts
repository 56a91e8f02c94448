// Commands about where the conversation is kept.
import { CbrError } from "../../core/errors.ts";
import { sanitizeLine } from "../../render/sanitize.ts";
import type { Session } from "../../sessions/session.ts";
import { adoptSession, type Chat, say } from "./chat.ts";
import { showLastTurn } from "./show.ts";
import type { SlashCommand } from "./slash-command.ts";

/** More are in `cbr sessions list`. */
const MOST_LISTED = 20;

export const SESSION_COMMANDS: readonly SlashCommand[] = [
  {
    name: "session",
    takes: "[name]",
    completes: "sessions",
    summary: "show this session, or go on with another, new or saved",
    async run(chat, rest) {
      if (rest !== "" && rest !== chat.session.name) {
        move(chat, await (await chat.context.sessions()).open(rest, "create"));
        showLastTurn(chat);
      }
      const { name, title, turnCount } = chat.session;
      const facts = [name, turnCount === 1 ? "1 turn" : `${turnCount} turns`];
      if (!chat.isSaved) facts.push("in memory only");
      if (title !== null) facts.push(sanitizeLine(title));
      say(chat, facts.join(" · "));
    },
  },
  {
    name: "sessions",
    summary: "list the newest saved sessions",
    async run(chat) {
      const { listSessions } = await import("../../sessions/list.ts");
      const { report } = chat.context;
      const rows = listSessions(await chat.context.sessions(), (code, text) => report.warn(code, text));
      if (rows.length === 0) return say(chat, "no session is saved");
      const { width } = chat.context.io.err;
      for (const { name, turns, title } of rows.slice(0, MOST_LISTED)) {
        const mark = name === chat.session.name ? "*" : " ";
        const facts = [
          `${mark} ${name}`,
          turns === null ? "not readable" : turns === 1 ? "1 turn" : `${turns} turns`,
        ];
        if (title) facts.push(sanitizeLine(title));
        say(chat, sanitizeLine(facts.join(" · "), Math.max(20, width - 1)));
      }
      if (rows.length > MOST_LISTED)
        say(chat, `  and ${rows.length - MOST_LISTED} more: \`cbr sessions list\``);
    },
  },
  {
    name: "fork",
    takes: "name",
    summary: "go on in a copy of this session; the original stays as it is",
    async run(chat, rest) {
      if (rest === "") {
        throw new CbrError("usage", { message: "a name is missing", hint: "as in `/fork other-way`" });
      }
      if (!chat.isSaved) {
        throw new CbrError("usage", { message: "a conversation in memory has no copy on disk", hint: null });
      }
      const copy = await (await chat.context.sessions()).fork(chat.session, rest);
      move(chat, copy);
      say(chat, `going on in ${copy.name}`);
    },
  },
];

function move(chat: Chat, session: Session): void {
  chat.session.close();
  chat.isSaved = true;
  adoptSession(chat, session);
}
