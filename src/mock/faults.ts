// Every way an answer can go wrong between Bedrock and a client, by name: for `--script` and for tests.
import type { MockReply, WireStep } from "./routes.ts";
import type { ScriptEntry } from "./script.ts";

/** How the transport of an answer writes what is no plain event. */
export interface Encoder {
  contentType: string;
  exception(name: string, payload: { message: string; [key: string]: unknown }): Uint8Array;
  error(code: string, message: string): Uint8Array;
  /** A frame or line whose event nobody knows. */
  unknown(): Uint8Array;
  /** A frame or line whose JSON is broken. */
  badJson(): Uint8Array;
}

/** One encoded event of an answer. */
export interface EncodedEvent {
  bytes: Uint8Array;
  kind: "start" | "content" | "stop" | "other";
}

export const HTTP_FAULTS = [
  "rst-pre",
  "fin-pre",
  "stall-headers",
  "redirect",
  "http-html",
  "http-empty",
  "html-200",
  "json-200",
] as const;

export const STREAM_FAULTS = [
  "clean-end-no-stop",
  "empty-200",
  "trunc-in-frame",
  "trunc-in-prefix",
  "rst-between",
  "fin-nochunkend",
  "connclose-eof",
  "stall-mid",
  "stall-after-stop",
  "exc",
  "exc-first",
  "errframe",
  "crc",
  "crc-prelude",
  "len-zero",
  "len-huge",
  "bad-json",
  "unknown-event",
  "duplicate-start",
  "trailing-events",
  "surrogate",
  "no-metadata",
  "drip",
] as const;

export const FAULTS: readonly string[] = [...HTTP_FAULTS, ...STREAM_FAULTS];

const HTML =
  "<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head><body><h1>Your proxy speaking</h1></body></html>\n";

/** The reply of an entry that answers without looking at the request: an HTTP error or a fault before the stream; else null. */
export function blindReply(entry: ScriptEntry): MockReply | null {
  const status = entry.status;
  switch (entry.fault) {
    case "rst-pre":
      return { status: 0, headers: {}, body: [{ wire: "reset" }] };
    case "fin-pre":
      return { status: 0, headers: {}, body: [{ wire: "fin" }] };
    case "stall-headers":
      return { status: 0, headers: {}, body: [{ wire: "stall" }] };
    case "redirect":
      return { status: status ?? 307, headers: { location: "http://127.0.0.1:9/elsewhere" }, body: "" };
    case "http-html":
      return {
        status: status ?? 502,
        headers: { "content-type": "text/html" },
        body: bodyText(entry.body, HTML),
      };
    case "http-empty":
      return { status: status ?? 500, headers: {}, body: "" };
    case "html-200":
      return { status: 200, headers: { "content-type": "text/html" }, body: bodyText(entry.body, HTML) };
    case "json-200":
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: bodyText(entry.body, JSON.stringify({ message: "hello from something that is not Bedrock" })),
      };
    default:
      break;
  }
  if (entry.name !== undefined || (status !== undefined && status !== 200)) {
    const name = entry.name ?? "UnknownException";
    return {
      status: status ?? 400,
      headers: {
        "content-type": "application/json",
        "x-amzn-ErrorType": `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
      },
      body: bodyText(entry.body, JSON.stringify({ message: entry.message ?? "" })),
    };
  }
  if (entry.body !== undefined) {
    return { status: 200, headers: { "content-type": "application/json" }, body: bodyText(entry.body, "") };
  }
  return null;
}

function bodyText(body: unknown, otherwise: string): string {
  if (body === undefined) return otherwise;
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** Lays the entry's fault over a whole answer. */
export function applyFault(
  events: readonly EncodedEvent[],
  entry: ScriptEntry,
  encoder: Encoder,
): (Uint8Array | WireStep)[] {
  const cut = cutPoint(events, entry.after ?? 2);
  const before = events.slice(0, cut).map((event) => event.bytes);
  const rest = events.slice(cut).map((event) => event.bytes);
  const next = rest[0] ?? new Uint8Array(64);
  const all = [...before, ...rest];
  const exception = () =>
    encoder.exception(entry.exception ?? "modelStreamErrorException", {
      message:
        entry.message ??
        "The system encountered an unexpected error during processing. Try your request again.",
    });
  switch (entry.fault) {
    case undefined:
    case "no-metadata":
    case "surrogate":
      return all;
    case "drip":
      return [{ wire: "drip" }, ...all];
    case "clean-end-no-stop":
    case "connclose-eof":
      return before;
    case "empty-200":
      return [];
    case "trunc-in-frame":
      return [...before, next.subarray(0, Math.floor(next.length / 2))];
    case "trunc-in-prefix":
      return [...before, next.subarray(0, 2)];
    case "rst-between":
      return [...before, { wire: "reset" }];
    case "fin-nochunkend":
      return [...before, { wire: "fin" }];
    case "stall-mid":
      return [...before, { wire: "stall" }];
    case "stall-after-stop":
      return [...all, { wire: "stall" }];
    case "exc":
      return [...before, exception()];
    case "exc-first":
      return [exception()];
    case "errframe":
      return [
        ...before,
        encoder.error(entry.exception ?? "InternalFailure", entry.message ?? "An internal error occurred"),
      ];
    case "crc":
      return [...before, flipped(next, next.length - 1), ...rest.slice(1)];
    case "crc-prelude":
      return [...before, flipped(next, 8), ...rest.slice(1)];
    case "len-zero":
      return [...before, withLength(next, 0), ...rest.slice(1)];
    case "len-huge":
      return [...before, withLength(next, 0xffff_ffff), ...rest.slice(1)];
    case "bad-json":
      return [...before, encoder.badJson(), ...rest];
    case "unknown-event":
      return [...before, encoder.unknown(), ...rest];
    case "duplicate-start":
      return [...before, ...events.filter((e) => e.kind === "start").map((e) => e.bytes), ...rest];
    case "trailing-events":
      return [...all, ...events.filter((e) => e.kind === "content").map((e) => e.bytes)];
    default:
      throw new Error(`no fault is called ${entry.fault}`);
  }
}

/** The index after which `after` events with content have been sent. */
function cutPoint(events: readonly EncodedEvent[], after: number): number {
  let seen = 0;
  for (const [index, event] of events.entries()) {
    if (event.kind === "content" && ++seen > after) return index;
  }
  return events.findIndex((event) => event.kind === "stop") === -1
    ? events.length
    : events.findIndex((event) => event.kind === "stop");
}

function flipped(bytes: Uint8Array, index: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[index] = (copy[index] as number) ^ 0xff;
  return copy;
}

function withLength(bytes: Uint8Array, length: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(length, 0);
  return copy;
}
