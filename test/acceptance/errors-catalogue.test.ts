// Every catalogued failure through the built program: those of the service as HTTP answers and inside streams, those of
// the SDK as text given to `cbr explain`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ScriptEntry } from "../../src/mock/script.ts";
import { cbr } from "../support/cbr.ts";
import { errorOf, type Mocked, mocked } from "../support/mocked.ts";

interface Row {
  name: string;
  status: number | null;
  message: string;
  code: string;
  exit: number;
  retryable: boolean;
}

const rows: Row[] = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/errors.json"), "utf8"));
const LIMIT = 240_000;

test("each failure that the service answers with has its code, exit code, hint and words", {
  timeout: LIMIT,
}, async () => {
  const own = rows.filter((row) => row.status !== null);
  expect(own.length).toBeGreaterThan(120);
  const bedrock = await mocked({
    script: own.map((row, index) => ({ model: modelOf(index), ...replyOf(row) })),
  });
  await inBatches(own, async (row, index) => {
    const api = isOfMessages(row) ? "messages" : "invoke";
    const { code, stdout, stderr } = await ask(bedrock, index, ["--api", api]);
    const error = errorOf(stderr);
    const about = `${row.name}: ${row.message}`;
    expect({ code, error: error.code, retryable: error.retryable, stdout }, about).toEqual({
      code: row.exit,
      error: row.code,
      retryable: row.retryable,
      stdout: "",
    });
    expect(error.exit_code, about).toBe(row.exit);
    expect(error.hint, about).toMatch(/\w{2}/);
    expect(error.message, about).toContain(wordsOf(row).replace(/\s+/g, " ").slice(0, 60));
    expect(error.aws, about).not.toBeNull();
    if (row.status !== 200) expect(error.aws.status, about).toBe(row.status);
  });
  expect(bedrock.calls()).toHaveLength(own.length);
});

const IN_STREAM: Record<string, string> = {
  InternalServerException: "internalServerException",
  ModelStreamErrorException: "modelStreamErrorException",
  ValidationException: "validationException",
  ThrottlingException: "throttlingException",
  ModelTimeoutException: "modelTimeoutException",
  ServiceUnavailableException: "serviceUnavailableException",
};
const streamed = rows.filter(
  (row) => row.name !== "ValidationException" && IN_STREAM[row.name] !== undefined,
);

test("as the first frame of a stream it is the same failure", { timeout: LIMIT }, async () => {
  await inBatches(streamed, async (row) => {
    const exception = IN_STREAM[row.name] as string;
    const bedrock = await mocked({ script: [{ fault: "exc-first", exception, message: row.message }] });
    const run = await bedrock.cbr(["invoke", "--max-attempts", "1", "--error-format", "json", "hi"]);
    const error = errorOf(run.stderr);
    expect([run.code, error.code], row.message).toEqual([row.exit, row.code]);
    expect(error.aws).toMatchObject({ name: row.name, status: row.status });
    expect(error.message).toContain(row.message);
    expect(error.hint).toMatch(/\w/);
  });
});

test("after content it is an answer that did not finish: exit 8, the text kept, asked once", {
  timeout: LIMIT,
}, async () => {
  await inBatches(streamed, async (row) => {
    const exception = IN_STREAM[row.name] as string;
    const script = [{ text: ["some ", "text"], fault: "exc", exception, message: row.message }];
    const bedrock = await mocked({ script });
    const run = await bedrock.cbr(["invoke", "--error-format", "json", "hi"]);
    const error = errorOf(run.stderr);
    expect([run.code, error.code, run.stdout], row.message).toEqual([8, "stream_error", "some text"]);
    expect(error.partial_text).toBe("some text");
    expect(error.message).toContain(row.message);
    expect(bedrock.calls()).toHaveLength(1);
  });
});

test("each failure of the SDK and the network is found by its text", { timeout: LIMIT }, async () => {
  const others = rows.filter((row) => row.status === null);
  expect(others.length).toBeGreaterThan(20);
  await inBatches(others, async (row) => {
    const run = await cbr(["explain", "--json", "--", row.message]);
    expect(run.code, row.message).toBe(0);
    expect(JSON.parse(run.stdout), row.message).toMatchObject({
      code: row.code,
      exit_code: row.exit,
      fix: expect.stringMatching(/\w{2}/),
      message: expect.any(String),
      cause: expect.any(String),
      retryable: row.retryable,
    });
  });
});

/** A model id that the catalog lacks is sent as typed, which tells the mock which row is asked for. */
function modelOf(index: number): string {
  return `us.anthropic.claude-row-${String(index).padStart(3, "0")}`;
}

function ask(bedrock: Mocked, index: number, more: readonly string[] = []) {
  return bedrock.cbr([
    "invoke",
    "-m",
    modelOf(index),
    "--max-attempts",
    "1",
    "--error-format",
    "json",
    ...more,
    "hi",
  ]);
}

function isOfMessages(row: Row): boolean {
  return row.name.includes("_") || row.name === "UnknownOperationException";
}

function replyOf(row: Row): ScriptEntry {
  const { status, name } = row as Row & { status: number };
  const json = jsonOf(row.message);
  if (json === null) return { status, name, message: row.message };
  const headers: Record<string, string> = isOfMessages(row)
    ? {}
    : { "x-amzn-errortype": `${name}:http://internal.amazon.com/coral/x/` };
  return { status, name, body: json, headers: { "content-type": "application/json", ...headers } };
}

/** The service's own words: the message inside where the catalogue has a whole body. */
function wordsOf(row: Row): string {
  const json = jsonOf(row.message);
  if (json === null) return row.message;
  return json.error?.message ?? json.Message ?? "";
}

function jsonOf(text: string): Record<string, any> | null {
  return text.startsWith("{") ? JSON.parse(text) : null;
}

/** Four at a time: the machine has few cores, and each run is a whole program. */
async function inBatches<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}
