// The hidden command behind the shells' scripts. It runs at every press of Tab: no SDK, no settings, no warnings, and
// whatever cannot be read has no names.
import { readdirSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import type { Context } from "../../cli/context.ts";
import { ERROR_CODES } from "../../core/error-codes.ts";
import type { Host } from "../../host/host.ts";
import { CATALOG, FAMILIES } from "../../models/catalog.ts";
import { GEOS } from "../../models/geos.ts";
import { sanitizeLine } from "../../render/sanitize.ts";
import { sessionsDirectory } from "../../sessions/place.ts";
import { DEFINITIONS, SETTING_NAMES } from "../../settings/definitions.ts";
import { awsPaths, configPath } from "../../settings/paths.ts";
import { candidates, type Names, plain } from "./candidates.ts";

export type Shell = "bash" | "zsh" | "fish";

/** Prints a line for each candidate: the value and, after a tab, what it is. `words` end with the one being typed. */
export async function complete(
  context: Context,
  program: Command,
  shell: Shell,
  words: readonly string[],
): Promise<void> {
  const whole = (shell === "bash" ? joinBroken(words) : words).map(withoutQuotes);
  // A shell would take a name with blanks or quotes apart, or run what is in it.
  const safe = candidates(program, whole, namesOn(context.host)).filter(({ value }) =>
    /^[\w@%+=:,./-]+$/.test(value),
  );
  const kept = lengthBefore(words.at(-1) ?? "", whole.at(-1) ?? "");
  const lines = safe.map(({ value, about }) =>
    shell === "bash" ? value.slice(kept) : `${value}\t${sanitizeLine(about, 100)}`,
  );
  await context.io.out.write(lines.map((line) => `${line}\n`).join(""));
}

/** bash breaks words at `=` and `:` as well. */
function joinBroken(words: readonly string[]): string[] {
  const joined: string[] = [];
  let isOpen = false;
  for (const word of words) {
    const isBreak = /^[=:]+$/.test(word);
    if ((isBreak || isOpen) && joined.length > 0) joined.push((joined.pop() ?? "") + word);
    else joined.push(word);
    isOpen = isBreak;
  }
  return joined;
}

/** The shells hand over what is on the line, with the quotes, of which the last may still be open. */
function withoutQuotes(word: string): string {
  return word.replace(/^(["'])(.*?)\1?$/s, "$2");
}

/** What of the typed word bash keeps on the line, and must not be given again: in quotes it breaks no words. */
function lengthBefore(raw: string, typed: string): number {
  if (/^["']/.test(raw)) return 0;
  return Math.max(typed.lastIndexOf("="), typed.lastIndexOf(":")) + 1;
}

function namesOn(host: Host): Names {
  return {
    models: () => [
      ...FAMILIES.map((value) => ({ value, about: "its newest model" })),
      ...CATALOG.models.map((model) => ({ value: model.alias, about: model.name })),
      ...sectionKeys(read(configPath(host).path), "aliases").map((value) => ({ value, about: "your alias" })),
    ],
    geos: () => GEOS.map((value) => ({ value, about: "" })),
    regions: () => plain([...new Set(Object.values(CATALOG.geos).flat())].sort()),
    profiles: () => {
      const { config, credentials } = awsPaths(host);
      // Names only, of a file whose meaning the SDK's reader decides wherever it matters.
      const inConfig = [...read(config).matchAll(/^\s*\[\s*(?:profile\s+)?(["']?)([^\]\s"']+)\1\s*\]/gm)];
      const inCredentials = [...read(credentials).matchAll(/^\s*\[\s*([^\]\s]+)\s*\]/gm)];
      const inOurs = [...read(configPath(host).path).matchAll(/^\s*\[\s*profile\.([\w-]+)\s*\]/gm)];
      return plain([...inConfig, ...inCredentials, ...inOurs].map((match) => match.at(-1) ?? ""));
    },
    sessions: () => {
      try {
        const files = readdirSync(sessionsDirectory(host)).filter((name) => name.endsWith(".jsonl"));
        return plain(files.map((name) => name.slice(0, -".jsonl".length)).sort());
      } catch {
        return [];
      }
    },
    errorCodes: () => Object.entries(ERROR_CODES).map(([value, { message }]) => ({ value, about: message })),
    settings: () =>
      SETTING_NAMES.filter((name) => !DEFINITIONS[name].isNotInFile).map((value) => ({
        value,
        about: DEFINITIONS[value].summary,
      })),
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8").slice(0, 1_000_000);
  } catch {
    return "";
  }
}

/** The bare keys of a TOML table, without a parser that takes longer to load than all the rest. */
function sectionKeys(toml: string, table: string): string[] {
  const body = toml.split(new RegExp(`^\\s*\\[\\s*${table}\\s*\\]`, "m"))[1]?.split(/^\s*\[/m, 1)[0] ?? "";
  return [...body.matchAll(/^\s*"?([\w.-]+)"?\s*=/gm)].map((match) => match[1] ?? "");
}
