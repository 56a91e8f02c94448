// Whatever bytes come, a reader gives a value or an error that explains itself: never a crash, never a hang. What once
// broke one is kept in corpus/, a file a case, and tried first. CBR_FUZZ_RUNS sets how many random cases each gets.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { StreamFault } from "../../src/bedrock/foreign-answer.ts";
import { framesOf } from "../../src/bedrock/frames.ts";
import { serverEventsOf } from "../../src/bedrock/sse.ts";
import { convertRequest, DIALECTS } from "../../src/core/convert/convert.ts";
import { parseCurl } from "../../src/core/convert/curl.ts";
import { ShellSyntaxError, splitCommand } from "../../src/core/convert/shell-words.ts";
import { readSource } from "../../src/core/convert/source.ts";
import { CbrError } from "../../src/core/errors.ts";
import { parseRecord } from "../../src/sessions/record.ts";
import { parseConfig } from "../../src/settings/file.ts";
import { runInProcess } from "../support/in-process.ts";
import fc from "../support/property.ts";

const RUNS = Number(process.env["CBR_FUZZ_RUNS"] ?? 300);
const FOLDER = join(import.meta.dirname, "corpus");
const CORPUS = readdirSync(FOLDER).map((name) => readFileSync(join(FOLDER, name)));

const MODEL = { id: "anthropic.claude-x", structuredOutput: null, automaticCaching: null, notServed: null };

/** What a reader may throw. */
const isExplained = (error: unknown) =>
  error instanceof StreamFault ||
  error instanceof ShellSyntaxError ||
  (error instanceof CbrError && error.code !== "internal_error");

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function drained(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}

const bytes = fc.oneof(
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 400 }) },
  // Pieces of what is really sent, mutated.
  fc.tuple(fc.constantFrom(...CORPUS), fc.nat(), fc.nat(255)).map(([seed, at, value]) => {
    const copy = Uint8Array.from(seed);
    if (copy.length > 0) copy[at % copy.length] = value;
    return copy;
  }),
  fc
    .tuple(fc.constantFrom(...CORPUS), fc.nat())
    .map(([seed, at]) => seed.subarray(0, at % (seed.length + 1))),
  fc
    .tuple(fc.constantFrom(...CORPUS), fc.constantFrom(...CORPUS), fc.nat())
    .map(([a, b, at]) => Buffer.concat([a.subarray(0, at % (a.length + 1)), b])),
);
const text = bytes.map((one) => Buffer.from(one).toString("utf8"));

const READERS: [string, (input: Uint8Array) => unknown][] = [
  ["frames", (input) => drained(framesOf(inPieces(input, 7)))],
  ["server-sent events", (input) => drained(serverEventsOf(inPieces(input, 3)))],
  ["a session's record", (input) => parseRecord(Buffer.from(input))],
  ["TOML", (input) => parseConfig(Buffer.from(input).toString(), "config.toml")],
  ["a curl command", (input) => parseCurl(Buffer.from(input).toString())],
  ["shell words", (input) => splitCommand(Buffer.from(input).toString())],
  ...DIALECTS.map((to): [string, (input: Uint8Array) => unknown] => [
    `a body for ${to}`,
    (input) => convertRequest(readSource(Buffer.from(input).toString()), to, MODEL),
  ]),
];

describe.each(READERS)("%s", (_, read) => {
  const attempt = async (input: Uint8Array) => {
    try {
      await read(input);
    } catch (error) {
      if (!isExplained(error)) throw error;
    }
  };

  test("of the corpus", async () => {
    for (const input of CORPUS) await attempt(input);
  });

  test("of anything", async () => {
    await fc.assert(fc.asyncProperty(bytes, attempt), { numRuns: RUNS });
  });
});

test("frames come out the same however the bytes are cut", async () => {
  const seen = async (input: Uint8Array, size: number) => {
    const frames: unknown[] = [];
    try {
      for await (const frame of framesOf(inPieces(input, size))) frames.push(frame);
    } catch (error) {
      frames.push((error as Error).message);
    }
    return frames;
  };
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 50 }), async (input, size) => {
      expect(await seen(input, size)).toEqual(await seen(input, 1_000_000));
    }),
    { numRuns: RUNS },
  );
});

test("any words are a command line or a mistake of the user's", async () => {
  const word = fc.oneof(
    fc.constantFrom(
      "invoke",
      "models",
      "list",
      "config",
      "sessions",
      "convert",
      "explain",
      "help",
      "--",
      "-m",
      "--model=",
      "--json",
      "--dry-run",
      "--geo",
      "-",
      "--cache=1h",
      "--max-tokens",
      "-s",
      "-x",
      "--no-stream",
      "__proto__",
      "constructor",
    ),
    text.map((one) => one.replaceAll("\0", "")),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (words) => {
      // Offline and reading only: what is sent goes to a port where nobody listens.
      const safe = words.filter((one) => !["mock", "edit", "set", "chat"].includes(one));
      const { code, stderr } = await runInProcess(safe, {
        AWS_REGION: "us-east-1",
        AWS_ENDPOINT_URL: "http://127.0.0.1:9",
        CBR_MAX_ATTEMPTS: "1",
      });
      expect(code, `${JSON.stringify(safe)}: ${stderr}`).not.toBe(1);
    }),
    { numRuns: Math.min(RUNS, 100) },
  );
}, 60_000);
