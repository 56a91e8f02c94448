// One way to run a row of a table of faults: the script the service plays, the command, and all that must come of it.
import { expect, onTestFinished } from "vitest";
import type { ScriptEntry } from "../../src/mock/script.ts";
import { cbr, type RunOptions, type RunResult } from "./cbr.ts";
import { type FaultServer, startFaultServer } from "./fault-server.ts";

export interface FaultRow {
  /** Begins with `row N:`, in quotes: scripts/rows.ts counts these titles where they are written. */
  title: string;
  script: readonly ScriptEntry[];
  /** After `invoke`; the prompt is added. */
  args?: readonly string[];
  env?: Record<string, string | undefined>;
  code: number;
  /** Exactly this; by default nothing. */
  stdout?: string;
  /** All must match; by default stderr must be empty. */
  stderr?: readonly RegExp[];
  /** Requests that reached the model; by default one. */
  hits?: number;
}

/** Starts a fault server for the running test. */
export async function faulty(...args: Parameters<typeof startFaultServer>): Promise<FaultServer> {
  const server = await startFaultServer(...args);
  onTestFinished(() => server.close());
  return server;
}

/** Runs a row against a server of its own and checks it, by default with `cbr invoke`. */
export async function checkRow(row: FaultRow, more: readonly string[] = []): Promise<RunResult> {
  const server = await faulty(row.script);
  const run = await ask(server, [...(row.args ?? []), ...more], { env: row.env ?? {} });
  expectRow(row, run, server);
  return run;
}

/** `cbr invoke … hi` against `server`. */
export function ask(
  server: Pick<FaultServer, "env">,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<RunResult> {
  return cbr(["invoke", ...args, "hi"], { ...options, env: { ...server.env, ...options.env } });
}

export function expectRow(
  row: Pick<FaultRow, "code" | "stdout" | "stderr" | "hits">,
  run: RunResult,
  server: Pick<FaultServer, "hits">,
): void {
  const seen = { code: run.code, stdout: run.stdout, hits: server.hits() };
  expect(seen, run.stderr).toEqual({ code: row.code, stdout: row.stdout ?? "", hits: row.hits ?? 1 });
  if (row.stderr === undefined) expect(run.stderr).toBe("");
  for (const pattern of row.stderr ?? []) expect(run.stderr).toMatch(pattern);
  // Nobody but a programmer can use these words.
  expect(run.stderr).not.toMatch(/UnknownError|TypeError|\bat .*\.js:|undefined|\[object|NaN/);
}
