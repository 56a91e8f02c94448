// `--script`: what the mock is to say instead of its default answers. The format is documented in
// docs/reference/mock-script.md.

import { validateHeaderName, validateHeaderValue } from "node:http";
import { percentDecoded } from "./routes.ts";

/** A step of a raw stream: an event of the Messages API as it is, or one of the named steps. */
export type ScriptEvent = Record<string, unknown>;

/** One reply. With `times` it plays that often (default once); the last one without `times` plays for ever. */
export interface ScriptEntry {
  /** Only for requests whose path contains this; without it, for every request to a model. */
  path?: string;
  /** Only for requests whose model id contains this. */
  model?: string;
  times?: number;
  /** Milliseconds before the status line. */
  delay?: number;
  /** Milliseconds before each event of a stream. */
  gap?: number;
  /** Seconds by which the mock's clock is ahead for this request. */
  skew?: number;

  status?: number;
  name?: string;
  message?: string;
  /** Added to the reply's headers; null removes one. */
  headers?: Record<string, string | null>;
  body?: unknown;

  text?: string | string[];
  thinking?: string | string[];
  blocks?: Record<string, unknown>[];
  events?: ScriptEvent[];
  stop_reason?: string;
  stop_sequence?: string | null;
  /** Laid over the usage; null sends none. */
  usage?: Record<string, unknown> | null;
  id?: string;
  /** Put into the message as it is, such as `amazon-bedrock-guardrailAction`. */
  extra?: Record<string, unknown>;

  fault?: string;
  /** How many deltas of content come before the fault; default 2. */
  after?: number;
  /** Name of the exception of the faults `exc` and `exc-first`, of the code of `errframe`. */
  exception?: string;
}

export type Script = readonly ScriptEntry[];

const KEYS: Readonly<Record<keyof ScriptEntry, string>> = {
  path: "string",
  model: "string",
  times: "number",
  delay: "number",
  gap: "number",
  skew: "number",
  status: "number",
  name: "string",
  message: "string",
  headers: "object",
  body: "any",
  text: "text",
  thinking: "text",
  blocks: "array",
  events: "array",
  stop_reason: "string",
  stop_sequence: "string?",
  usage: "object?",
  id: "string",
  extra: "object",
  fault: "string",
  after: "number",
  exception: "string",
};

/**
 * Reads a script: a JSON array of replies, one reply, or JSON Lines with one reply each.
 * Throws Error naming the reply and the key that is wrong. `knownFaults` are the names `fault` may have.
 */
export function parseScript(text: string, knownFaults: readonly string[]): Script {
  const values = parseValues(text.replace(/^\uFEFF/, ""));
  if (values.length === 0) throw new Error("the script has no replies");
  return values.map((value, index) => checkEntry(value, index + 1, knownFaults));
}

function parseValues(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    return lines.map((line, index) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        throw new Error(lines.length > 1 ? `line ${index + 1} is not JSON` : (error as Error).message);
      }
    });
  }
}

function checkEntry(value: unknown, number: number, knownFaults: readonly string[]): ScriptEntry {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`reply ${number} is not an object`);
  }
  for (const [key, content] of Object.entries(value)) {
    const kind = Object.hasOwn(KEYS, key) ? KEYS[key as keyof ScriptEntry] : undefined;
    if (kind === undefined) throw new Error(`reply ${number} has the unknown key \`${key}\``);
    if (!isOfKind(content, kind)) throw new Error(`reply ${number}: \`${key}\` must be ${describe(kind)}`);
  }
  const entry = value as ScriptEntry;
  const { status } = entry;
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 999)) {
    throw new Error(`reply ${number}: \`status\` must be a whole number from 200 to 999`);
  }
  for (const [name, content] of Object.entries({
    ...entry.headers,
    ...(entry.name && { name: entry.name }),
  })) {
    if (content !== null && !canBeHeader(name, content)) {
      throw new Error(
        `reply ${number}: \`${name.toWellFormed()}\` has a character that no HTTP header may have`,
      );
    }
  }
  if (entry.fault !== undefined && !knownFaults.includes(entry.fault)) {
    throw new Error(
      `reply ${number}: no fault is called \`${entry.fault}\`; there are ${knownFaults.join(", ")}`,
    );
  }
  return entry;
}

function canBeHeader(name: string, content: unknown): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, String(content));
    return true;
  } catch {
    return false;
  }
}

function isOfKind(value: unknown, kind: string): boolean {
  if (kind.endsWith("?")) return value === null || isOfKind(value, kind.slice(0, -1));
  switch (kind) {
    case "any":
      return true;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "text":
      return (
        typeof value === "string" || (Array.isArray(value) && value.every((part) => typeof part === "string"))
      );
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    default:
      return typeof value === kind;
  }
}

function describe(kind: string): string {
  const names: Record<string, string> = {
    text: "a string or an array of strings",
    array: "an array",
    object: "an object",
    "object?": "an object or null",
    "string?": "a string or null",
  };
  return names[kind] ?? `a ${kind}`;
}

const INFERENCE =
  /\/model\/[^/]+\/(invoke|invoke-with-response-stream|converse|converse-stream)$|\/v1\/messages$/;

/** Deals out a script's replies, one a request, in order. */
export class ScriptPlayer {
  #entries: readonly ScriptEntry[];
  #used: number[];

  constructor(script: Script | null) {
    this.#entries = script ?? [];
    this.#used = this.#entries.map(() => 0);
  }

  /** The reply for this request, or null for the default answer. `path` is percent-encoded as sent. */
  next(path: string, body: Buffer): ScriptEntry | null {
    let last: ScriptEntry | null = null;
    for (const [index, entry] of this.#entries.entries()) {
      if (!matches(entry, path, body)) continue;
      if ((this.#used[index] as number) < (entry.times ?? 1)) {
        this.#used[index] = (this.#used[index] as number) + 1;
        return entry;
      }
      last = entry;
    }
    return last?.times === undefined ? last : null;
  }
}

function matches(entry: ScriptEntry, path: string, body: Buffer): boolean {
  if (entry.path === undefined ? !INFERENCE.test(path) : !path.includes(entry.path)) return false;
  if (entry.model === undefined) return true;
  if (percentDecoded(path).includes(entry.model)) return true;
  const model = /"model"\s*:\s*"([^"]*)"/.exec(body.toString("latin1"))?.[1];
  return model?.includes(entry.model) ?? false;
}
