// What was typed, kept between runs: one JSON text a line, newest last, never a secret.
import { closeSync, constants, readFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { EntryTexts } from "../../cli/entry-text.ts";
import { redact, secretsOf } from "../../core/redact.ts";
import type { Host } from "../../host/host.ts";
import { rename, writeTemp } from "../../sessions/copy.ts";
import { prepareDirectory, sessionsDirectory } from "../../sessions/place.ts";
import { openPrivate } from "../../sessions/private-file.ts";

const MOST_ENTRIES = 1000;
const LONGEST_ENTRY = 100_000;

/**
 * The history of one chat; while `isKept` says no, what is typed reaches no disk. Failures to read or write it are nobody's
 * concern but `onTrouble`'s.
 */
export class History {
  readonly texts = new EntryTexts();
  /** Newest first, as the line editor shows them. */
  shown: string[] = [];
  readonly #path: string;
  readonly #host: Host;
  readonly #isKept: () => boolean;
  readonly #onTrouble: (message: string) => void;

  constructor(host: Host, isKept: () => boolean, onTrouble: (message: string) => void) {
    this.#host = host;
    this.#isKept = isKept;
    this.#onTrouble = onTrouble;
    this.#path = join(dirname(sessionsDirectory(host)), "history");
    try {
      const entries = parseEntries(readFileSync(this.#path, "utf8"));
      this.shown = entries
        .slice(-MOST_ENTRIES)
        .reverse()
        .map((text) => this.texts.show(text));
      if (entries.length > 2 * MOST_ENTRIES) void this.#rewrite(entries.slice(-MOST_ENTRIES));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.#report(error);
    }
  }

  /** Remembers what was typed and not sent, for this run. */
  remember(shown: string): void {
    this.shown = [shown, ...this.shown.filter((entry) => entry !== shown)].slice(0, MOST_ENTRIES);
  }

  /** Remembers a message, on disk too if the conversation is kept, unless it looks as if it held a secret. */
  add(text: string, shown: string): void {
    if (this.shown[0] === shown) return;
    this.remember(shown);
    const isSecret = redact(text, secretsOf(this.#host.env)) !== text;
    if (!this.#isKept() || isSecret || text.length > LONGEST_ENTRY) return;
    try {
      prepareDirectory(sessionsDirectory(this.#host), this.#host, () => {});
      const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
      const { fd } = openPrivate(this.#path, flags, { uid: this.#host.uid });
      try {
        writeSync(fd, `${JSON.stringify(text)}\n`);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      this.#report(error);
    }
  }

  async #rewrite(entries: readonly string[]): Promise<void> {
    try {
      const lines = entries.map((text) => `${JSON.stringify(text)}\n`).join("");
      const owner = { uid: this.#host.uid };
      await rename(await writeTemp(this.#path, owner, (write) => write(Buffer.from(lines))), this.#path);
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    this.#onTrouble(`history: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parseEntries(file: string): string[] {
  return file.split("\n").flatMap((line) => {
    try {
      const entry: unknown = JSON.parse(line);
      return typeof entry === "string" && entry !== "" ? [entry] : [];
    } catch {
      return []; // the empty end, or a line cut off
    }
  });
}
