// What Tab offers: commands, and for each of them what it takes.
import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CATALOG, FAMILIES } from "../../models/catalog.ts";
import { GEOS } from "../../models/geos.ts";
import { expandHome } from "../../settings/paths.ts";
import { type Chat, routeOf } from "./chat.ts";
import { SLASH_COMMANDS } from "./slash.ts";
import type { Completes } from "./slash-command.ts";

export interface Completion {
  /** What `typed` could become. */
  candidates: string[];
  /** The end of the line that is being completed. */
  typed: string;
}

/** Completes the end of `line`; nothing but commands and what follows them is. */
export async function completeLine(chat: Chat, line: string): Promise<Completion> {
  const name = /^\s*(\/\S*)$/.exec(line)?.[1];
  if (name !== undefined) {
    const names = SLASH_COMMANDS.map((command) => `/${command.name}${command.takes ? " " : ""}`);
    return { candidates: names.filter((each) => each.startsWith(name)), typed: name };
  }
  const [, word, rest = ""] = /^\s*\/(\S+)\s+(.*)$/s.exec(line) ?? [];
  const command = SLASH_COMMANDS.find((each) => each.name === word);
  if (command?.completes === undefined) return { candidates: [], typed: line };
  const typed = /(?:\\.|[^\s\\])*$/s.exec(rest)?.[0] ?? "";
  const all = await candidatesFor(chat, command.completes, typed);
  return { candidates: all.filter((each) => each.startsWith(typed)), typed };
}

async function candidatesFor(chat: Chat, what: Completes, typed: string): Promise<string[]> {
  switch (what) {
    case "models": {
      const aliases = CATALOG.models.flatMap((model) =>
        model.lifecycle.status === "retired" ? [] : [model.alias],
      );
      return [...new Set([...Object.keys(chat.settings.aliases), ...FAMILIES, ...aliases])].sort();
    }
    case "geos":
      return [...GEOS];
    case "efforts":
      return [...((await routeOf(chat)).model?.effort.levels ?? []), "default"];
    case "thinking":
      return ["adaptive", "off", "default"];
    case "commands":
      return SLASH_COMMANDS.map((command) => command.name);
    case "sessions":
      return (await chat.context.sessions()).files().map((file) => file.name);
    case "paths":
      return pathsFor(chat, typed);
    default:
      return what satisfies never;
  }
}

function pathsFor({ context: { host } }: Chat, typed: string): string[] {
  const written = typed.replace(/\\(.)/g, "$1");
  const path = expandHome(written, host);
  const directory = path.endsWith("/") ? path : dirname(path);
  const before = written.slice(0, written.lastIndexOf("/") + 1);
  const wantsHidden = written.slice(before.length).startsWith(".");
  try {
    return readdirSync(resolve(host.cwd, directory === "" ? "." : join(directory, ".")), {
      withFileTypes: true,
    })
      .filter((entry) => wantsHidden || !entry.name.startsWith("."))
      .filter((entry) => !/[\u0000-\u001f\u007f-\u009f]/.test(entry.name))
      .map((entry) => (before + entry.name).replace(/([\s\\'"])/g, "\\$1") + (entry.isDirectory() ? "/" : ""))
      .sort();
  } catch {
    return []; // no such directory
  }
}
