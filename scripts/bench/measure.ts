// How long a whole process takes, from its start to its end, and the most memory it held.
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Contender {
  name: string;
  command: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Path of a file that is its stdin. */
  stdin?: string;
  /** `new`: one that no run before it has used. */
  home?: "new";
}

export interface Run {
  milliseconds: number;
  /** User and system time in milliseconds, to 10 ms; null where the system does not tell. */
  cpu: number | null;
  /** MiB; null where the system does not tell. */
  peakMemory: number | null;
}

export interface Row {
  name: string;
  median: number;
  min: number;
  max: number;
  /** Median over the rounds of this row's time by the first row's in the same round. */
  ratio: number;
  peakMemory: number | null;
  cpu: number | null;
}

/** Runs the contenders in turn, `rounds` times after one round that does not count. Throws where one fails. */
export async function compare(
  contenders: readonly Contender[],
  rounds: number,
  env: NodeJS.ProcessEnv,
): Promise<Row[]> {
  const runs = contenders.map((): Run[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      const run = await runOnce(contender, env);
      if (round >= 0) runs[i]?.push(run);
    }
  }
  const base = runs[0] ?? [];
  return contenders.map(({ name }, i) => {
    const own = runs[i] ?? [];
    const times = own.map((run) => run.milliseconds);
    return {
      name,
      median: median(times),
      min: Math.min(...times),
      max: Math.max(...times),
      ratio: median(own.map((run, round) => run.milliseconds / (base[round]?.milliseconds ?? Number.NaN))),
      peakMemory: medianOrNull(own.map((run) => run.peakMemory)),
      cpu: medianOrNull(own.map((run) => run.cpu)),
    };
  });
}

/** Runs one process to its end; `onData` gets what it writes. Throws where it fails. */
export function runOnce(
  { name, command, env, stdin, home }: Contender,
  base: NodeJS.ProcessEnv,
  onData: (data: Buffer) => void = () => {},
): Promise<Run> {
  const [file, ...args] = command as [string, ...string[]];
  const ownHome = home === "new" ? { HOME: mkdtempSync(join(base["HOME"] as string, "home-")) } : {};
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(file, args, {
      env: { ...base, ...env, ...ownHome },
      stdio: [stdin === undefined ? "ignore" : openSync(stdin, "r"), "pipe", "pipe"],
    });
    let errors = "";
    let seen: Pick<Run, "cpu" | "peakMemory"> = { cpu: null, peakMemory: null };
    const watch = setInterval(() => {
      seen = accountOf(child.pid) ?? seen;
    }, 10);
    child.stdout?.on("data", onData);
    child.stderr?.on("data", (data) => {
      errors += data;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const milliseconds = performance.now() - startedAt;
      clearInterval(watch);
      if (code === 0) resolve({ milliseconds, ...seen });
      else reject(new Error(`${name} ended with ${code}: ${errors.slice(0, 500)}`));
    });
  });
}

/** The kernel's account of a running process (proc(5)); null where there is none. */
function accountOf(pid: number | undefined): Pick<Run, "cpu" | "peakMemory"> | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
    if (peak === undefined) return null;
    // The name in brackets may hold blanks: user and system time are the 12th and 13th field behind it, in 1/100 s.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { peakMemory: Number(peak) / 1024, cpu: (Number(fields[11]) + Number(fields[12])) * 10 };
  } catch {
    return null;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

function medianOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}
