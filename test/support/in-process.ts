// The built program in this process, on a Host of its own: for tables of hundreds of runs, where a process each would
// take minutes. The bundle is the one users run; only the process around it is missing.
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Host, HostOutput } from "../../src/host/host.ts";
import { freshHome } from "./cbr.ts";

export interface InProcessResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the built program with a silent stdin; `changes` replace parts of its Host. */
export async function runInProcess(
  argv: readonly string[],
  env: Record<string, string>,
  changes: Partial<Host> = {},
): Promise<InProcessResult> {
  const built = join(import.meta.dirname, "../../dist/main.js");
  const { main } = (await import(/* @vite-ignore */ built)) as { main: (host: Host) => Promise<number> };
  const out = capture();
  const err = capture();
  const home = freshHome();
  const host: Host = {
    argv,
    env: { ...env, HOME: home },
    blankVariables: [],
    cwd: home,
    home,
    platform: process.platform,
    pid: process.pid,
    uid: process.getuid?.() ?? null,
    stdin: { kind: "silent", stream: () => new PassThrough().end() as never },
    stdout: out.output,
    stderr: err.output,
    self: [],
    runtime: `node ${process.versions.node}`,
    now: () => Date.now(),
    elapsed: () => performance.now(),
    isRunning: () => false,
    kill: () => {},
    onSignal: () => () => {},
    dieBy: () => {},
    hasLostTerminal: () => false,
    onCrash: () => {},
    setEnv: () => {},
    exitNow: (code) => {
      throw new Error(`exit ${code}`);
    },
  };
  // Descriptors, not values: a change may be a getter that throws.
  Object.defineProperties(host, Object.getOwnPropertyDescriptors(changes));
  const code = await main(host);
  return { code, stdout: out.text(), stderr: err.text() };
}

function capture(): { output: HostOutput; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on("data", (chunk) => chunks.push(chunk));
  return {
    output: { isTTY: false, columns: () => undefined, rows: () => undefined, isOpen: true, stream },
    text: () => Buffer.concat(chunks).toString(),
  };
}
