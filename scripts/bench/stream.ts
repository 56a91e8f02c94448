// What a running stream costs: processor time per event, memory, and how long a token stays inside the program.
import { type Contender, median, type Run, runOnce } from "./measure.ts";

export interface StreamCost {
  name: string;
  /** Median wall time in milliseconds. */
  median: number;
  cpu: number | null;
  peakMemory: number | null;
}

/** The medians of `rounds` runs of each contender, in turn. */
export async function streamCosts(
  contenders: readonly Contender[],
  rounds: number,
  env: NodeJS.ProcessEnv,
): Promise<StreamCost[]> {
  const runs = contenders.map((): Run[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) runs[i]?.push(await runOnce(contender, env));
  }
  return contenders.map(({ name }, i) => {
    const own = runs[i] ?? [];
    return {
      name,
      median: median(own.map((run) => run.milliseconds)),
      cpu: median(own.map((run) => run.cpu ?? Number.NaN)),
      peakMemory: median(own.map((run) => run.peakMemory ?? Number.NaN)),
    };
  });
}

export interface Latency {
  name: string;
  /** Milliseconds from the server's write to the byte on our side of the program's stdout. */
  median: number;
  p95: number;
}

/** Each token of the server is the time of its writing; the clock is the machine's, so that two processes can compare. */
export async function tokenLatency(contender: Contender, env: NodeJS.ProcessEnv): Promise<Latency> {
  const delays: number[] = [];
  let rest = "";
  await runOnce(contender, env, (data) => {
    const now = process.hrtime.bigint();
    rest += data;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) delays.push(Number(now - BigInt(line)) / 1e6);
  });
  // The first tokens find code that was never run.
  const warm = delays.slice(10).sort((a, b) => a - b);
  return {
    name: contender.name,
    median: median(warm),
    p95: warm[Math.floor(warm.length * 0.95)] ?? Number.NaN,
  };
}

/** Starts `count` processes at once and waits for all; milliseconds until the last has ended. */
export async function together(contender: Contender, count: number, env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: count }, () => runOnce(contender, env)));
  return performance.now() - startedAt;
}
