// Commands about files: what goes with a message, what is kept of an answer.
import { lstat } from "node:fs/promises";
import { resolve } from "node:path";
import { outputFile } from "../../cli/output-file.ts";
import { splitWords } from "../../cli/split-words.ts";
import { CbrError } from "../../core/errors.ts";
import { megabytes } from "../../core/media.ts";
import { sanitizeLine } from "../../render/sanitize.ts";
import { expandHome } from "../../settings/paths.ts";
import { attach } from "./attach.ts";
import { type Chat, say } from "./chat.ts";
import { lastAnswer } from "./last-answer.ts";
import type { SlashCommand } from "./slash-command.ts";

export const FILE_COMMANDS: readonly SlashCommand[] = [
  {
    name: "file",
    takes: "[path…|off]",
    completes: "paths",
    summary: "attach files to the next message; alone, list them",
    run: (chat, rest) => attachPaths(chat, rest, "any"),
  },
  {
    name: "image",
    takes: "[path…|off]",
    completes: "paths",
    summary: "attach images to the next message",
    run: (chat, rest) => attachPaths(chat, rest, "image"),
  },
  {
    name: "save",
    takes: "path",
    completes: "paths",
    summary: "write the last answer to a file, as Claude wrote it",
    async run(chat, rest) {
      const text = lastAnswer(chat);
      await write(chat, rest, text.endsWith("\n") ? text : `${text}\n`);
    },
  },
  {
    name: "export",
    takes: "path",
    completes: "paths",
    summary: "write the conversation to a file: Markdown, or JSON for a name ending in .json",
    async run(chat, rest) {
      const { sessionJson, sessionMarkdown } = await import("../../sessions/export.ts");
      const text = rest.endsWith(".json")
        ? `${JSON.stringify(sessionJson(chat.session))}\n`
        : [...sessionMarkdown(chat.session)].join("");
      await write(chat, rest, text);
    },
  },
];

async function attachPaths(chat: Chat, rest: string, kind: "any" | "image"): Promise<void> {
  if (rest === "off") chat.attachments = [];
  else if (rest !== "") await attach(chat, splitWords(rest), kind);
  if (chat.attachments.length === 0) return say(chat, "nothing is attached");
  const names = chat.attachments.map(
    ({ part }) => `${sanitizeLine(part.name, 200)} (${part.kind}, ${megabytes(part.bytes)})`,
  );
  say(chat, `with the next message: ${names.join(", ")}`);
}

/** Never over what is there: nobody is asked here. Throws CbrError `clobber`, `file_write_failed`. */
async function write(chat: Chat, rest: string, text: string): Promise<void> {
  const { host } = chat.context;
  const [word, ...more] = splitWords(rest);
  if (word === undefined || more.length > 0) {
    throw new CbrError("usage", {
      message: word === undefined ? "a path is missing" : "that is more than one path",
      hint:
        word === undefined
          ? "give the name of a new file, such as `answer.md`"
          : "put a path with blanks in quotes",
    });
  }
  const path = expandHome(word, host);
  const isThere = await lstat(resolve(host.cwd, path)).then(
    (stat) => !stat.isCharacterDevice() && !stat.isFIFO(),
    () => false,
  );
  if (isThere) {
    throw new CbrError("clobber", {
      message: `\`${sanitizeLine(word, 200)}\` already exists`,
      hint: "choose another name",
    });
  }
  await (await outputFile(path, host.cwd)).save(text);
  say(chat, `written to ${sanitizeLine(word, 200)}`);
}
