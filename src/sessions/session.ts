// One saved conversation, open for reading or for writing. What is said is written first and believed afterwards.
import { randomBytes } from "node:crypto";
import {
  applyRecord,
  type Conversation,
  countTurns,
  emptyConversation,
  type RecordHead,
  type ReplyHead,
  SESSION_VERSION,
} from "../core/conversation.ts";
import { type LoadedTurn, messagesOf } from "../core/history.ts";
import type { ContentBlock, Json, Message, Usage } from "../core/messages.ts";
import type { Reply } from "../core/reply.ts";
import { readFailure } from "./failure.ts";
import { loadConversation, readContent, type Where } from "./load.ts";
import type { Lock } from "./lock.ts";
import type { Owner } from "./private-file.ts";
import { encodeRecord, withoutSecrets } from "./record.ts";
import { type ReplyFacts, replyFields, titleOf } from "./reply-fields.ts";
import { SessionFile } from "./session-file.ts";

/** A turn with its content, as it stands in the conversation. */
export interface HistoryTurn extends LoadedTurn {
  id: string;
  at: string;
}

export interface SessionOptions {
  name: string;
  path: string;
  /** null: read only. */
  lock: Lock | null;
  owner: Owner;
  secrets: readonly string[];
  now: () => number;
  /** Instead of the file at `path`. */
  file?: SessionStore;
  onWarning: (code: string, message: string) => void;
}

/** Where a session's lines go. */
export type SessionStore = Pick<SessionFile, "fd" | "isTorn" | "size" | "append" | "sync" | "close">;

/** Made by `Sessions.open` and `Sessions.fork`; `close` it. Every method that writes throws CbrError `session_write_failed`. */
export class Session {
  readonly name: string;
  readonly path: string;
  #options: SessionOptions;
  #file: SessionStore;
  #conversation: Conversation<Where> = emptyConversation();
  #damaged = 0;

  /** Loads the session's file where there is one. Throws CbrError `session_version`, `unsafe_path`, `session_write_failed`. */
  constructor(options: SessionOptions) {
    this.name = options.name;
    this.path = options.path;
    this.#options = options;
    this.#file =
      options.file ?? new SessionFile(options.path, options.lock === null ? "read" : "append", options.owner);
    if (this.#file.fd === null) return;
    try {
      const loaded = loadConversation(this.#file.fd, this.#file.size, this.name);
      this.#conversation = loaded.conversation;
      this.#file.isTorn = loaded.isTorn;
      this.#warnOfDamage(loaded.damaged);
    } catch (error) {
      this.#file.close();
      throw readFailure(error, this.path);
    }
  }

  /** False until the first turn is written. */
  get isSaved(): boolean {
    return this.#file.fd !== null;
  }
  /** When it was begun, ISO 8601. */
  get created(): string | null {
    return this.#conversation.created;
  }
  get title(): string | null {
    return this.#conversation.title;
  }
  /** What `appendUser` and `changeSettings` were given, newest value of each name. */
  get settings(): Readonly<Record<string, Json>> {
    return Object.fromEntries(this.#conversation.settings);
  }
  /** Prompts with a complete reply. */
  get turnCount(): number {
    return countTurns(this.#conversation);
  }
  /** Dollars of every reply so far; null once the price of one was not known. */
  get cost(): number | null {
    return this.#conversation.cost;
  }
  /** The usage of the newest reply: how full the context window is. */
  get lastUsage(): Usage | null {
    return this.#conversation.turns.findLast((turn) => turn.reply?.usage)?.reply?.usage ?? null;
  }
  get summary(): string | null {
    return this.#conversation.summary;
  }
  /** The turns that stand, without content. */
  get turns(): readonly { id: string; at: string; reply: ReplyHead | null }[] {
    return this.#conversation.turns;
  }

  /** The turns that stand, with content, oldest first. Damaged ones are left out, with a warning. */
  *history(): Generator<HistoryTurn, void> {
    for (const turn of [...this.#conversation.turns]) {
      const prompt = readContent(this.#file.fd, turn.prompt);
      const content = turn.reply === null ? [] : readContent(this.#file.fd, turn.reply.content);
      if (prompt === null || !Array.isArray(content)) this.#warnOfDamage(1);
      if (prompt === null) {
        this.#conversation.turns = this.#conversation.turns.filter((other) => other !== turn);
        continue;
      }
      // Kept in memory: the next request needs it again.
      turn.prompt = { content: prompt };
      if (turn.reply !== null)
        turn.reply = Array.isArray(content) ? { ...turn.reply, content: { content } } : null;
      const reply = turn.reply === null || !Array.isArray(content) ? null : { ...turn.reply, content };
      yield { id: turn.id, at: turn.at, prompt, reply };
    }
  }

  /** The newest turn that stands, with content; null where there is none, or it is damaged. Reads no other. */
  lastTurn(): HistoryTurn | null {
    const turn = this.#conversation.turns.at(-1);
    if (turn === undefined) return null;
    const prompt = readContent(this.#file.fd, turn.prompt);
    if (prompt === null) return null;
    const content = turn.reply === null ? null : readContent(this.#file.fd, turn.reply.content);
    const reply = turn.reply === null || !Array.isArray(content) ? null : { ...turn.reply, content };
    return { id: turn.id, at: turn.at, prompt, reply };
  }

  /**
   * The conversation as it may be sent, the newest prompt included once `appendUser` was called; `toRetry`: without the reply to
   * that prompt, which stands until `retry`.
   */
  messages({ toRetry, ...options }: { withPartial?: boolean; toRetry?: boolean } = {}): Message[] {
    const turns: LoadedTurn[] = [...this.history()];
    const last = toRetry ? turns.pop() : undefined;
    if (last !== undefined) turns.push({ ...last, reply: null });
    return messagesOf(turns, { summary: this.#conversation.summary, ...options });
  }

  /**
   * Writes the user's turn; call it before the request leaves, and `appendReply` or `appendIncomplete` after.
   * `settings` (model, geo, system, …; never a secret) are stored where they differ from what is stored. Gives the turn's id.
   */
  async appendUser(
    content: string | ContentBlock[],
    settings: Readonly<Record<string, Json>> = {},
  ): Promise<string> {
    const id = randomBytes(6).toString("hex");
    const records = this.#settingsRecords(settings);
    if (this.title === null) {
      const title = titleOf(content);
      if (title !== "") records.push({ head: { type: "title", at: this.#now(), title } });
    }
    this.#append([...records, { head: { type: "user", id, at: this.#now() }, content }]);
    return id;
  }

  /** Writes Claude's whole reply to the newest prompt and waits until the disk has it. */
  async appendReply(reply: Reply, facts: ReplyFacts): Promise<void> {
    const head = { complete: true, ...replyFields(reply, facts) };
    this.#append([{ head: this.#replyRecord(head), content: reply.content }]);
    await this.#file.sync();
  }

  /**
   * Writes what came of a reply that did not end (nothing, when the request failed) and the code of the error.
   * A prompt refused for good is not sent again with the next; call this on every failure, so that this can be told.
   */
  async appendIncomplete(
    reply: Pick<Reply, "content"> & Partial<Reply>,
    facts: ReplyFacts,
    error: string,
  ): Promise<void> {
    const head = {
      complete: false,
      error,
      ...(reply.content.length === 0 && { empty: true }),
      ...replyFields(reply, facts),
    };
    this.#append([{ head: this.#replyRecord(head), content: reply.content }]);
    await this.#file.sync();
  }

  /** Stores settings that differ from what is stored; null removes one. */
  changeSettings(settings: Readonly<Record<string, Json>>): void {
    this.#append(this.#settingsRecords(settings));
  }

  setTitle(title: string): void {
    this.#append([{ head: { type: "title", at: this.#now(), title } }]);
  }

  /** Takes the newest turn back. Gives false when there is none. */
  undo(): boolean {
    return this.#mark("undo");
  }

  /** Takes the reply to the newest prompt back, whole or not, so that `messages` ends with that prompt again. */
  retry(): boolean {
    return this.#mark("retry");
  }

  /** Begins anew; the old turns stay in the file and are not sent. */
  clear(): void {
    this.#append([{ head: { type: "clear", at: this.#now() } }]);
  }

  /**
   * Sends `summary` in place of all turns up to and including `through` (a turn's id; default the newest) from now on. `cost` is
   * what the summary took, null where its price is not known.
   */
  compact(summary: string, through = this.turns.at(-1)?.id, cost: { usd: number } | null = { usd: 0 }): void {
    if (through === undefined) return;
    this.#append([{ head: { type: "compact", at: this.#now(), through, cost, summary } }]);
  }

  /** Closes the file and gives the session free. Calling it again does nothing. */
  close(): void {
    this.#file.close();
    this.#options.lock?.release();
  }

  #mark(type: "undo" | "retry"): boolean {
    const turn = this.turns.at(-1);
    if (turn === undefined) return false;
    this.#append([{ head: { type, at: this.#now(), turn: turn.id } }]);
    return true;
  }

  #replyRecord(fields: RecordHead): RecordHead {
    return { type: "assistant", to: this.turns.at(-1)?.id, at: this.#now(), ...fields };
  }

  #settingsRecords(settings: Readonly<Record<string, Json>>): PendingRecord[] {
    const stored = this.#conversation.settings;
    const changes = Object.entries(settings).filter(
      ([name, value]) => JSON.stringify(stored.get(name) ?? null) !== JSON.stringify(value),
    );
    if (changes.length === 0) return [];
    return [{ head: { type: "settings", at: this.#now(), settings: Object.fromEntries(changes) } }];
  }

  #append(records: readonly PendingRecord[]): void {
    if (records.length === 0) return;
    if (this.#options.lock === null) throw new Error(`the session ${this.name} is open for reading only`);
    const header = { head: { type: "session", version: SESSION_VERSION, created: this.#now() } };
    const all: readonly PendingRecord[] = this.created === null ? [header, ...records] : records;
    const safe = all.map(({ head, content }) => ({
      head: withoutSecrets(head, this.#options.secrets),
      kept: content,
      content: content === undefined ? undefined : withoutSecrets(content, this.#options.secrets),
    }));
    this.#file.append(safe.map(({ head, content }) => encodeRecord(head, content)).join(""));
    for (const { head, kept } of safe) applyRecord(this.#conversation, head, { content: kept ?? [] });
  }

  #warnOfDamage(lines: number): void {
    if (lines === 0) return;
    this.#damaged += lines;
    const what = this.#damaged === 1 ? "1 damaged line was" : `${this.#damaged} damaged lines were`;
    this.#options.onWarning(
      "session_damaged",
      `session \`${this.name}\`: ${what} skipped; \`cbr sessions repair ${this.name}\` removes damage`,
    );
  }

  #now(): string {
    return new Date(this.#options.now()).toISOString();
  }
}

interface PendingRecord {
  head: RecordHead;
  content?: string | ContentBlock[];
}
