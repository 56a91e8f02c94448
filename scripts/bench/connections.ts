// What a connection costs and who is spared it: TLS over a way as long as a network's, from the question to the first
// byte of its answer.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import https from "node:https";
import { BODY, bundledSdk, type Options, pythonInterpreter, STREAM_PATH } from "./contenders.ts";
import { atTerminal, hold } from "./conversation.ts";
import { type FarAway, farAway } from "./far-away.ts";
import { median } from "./measure.ts";
import { selfSigned, startServer } from "./start-server.ts";

/** Half of a round trip, in milliseconds. */
export const ONE_WAY = 25;
/** As long as a short question takes to type. */
export const PAUSE = 1500;
const TURNS = ["1", "2", "3"];

export interface ConnectionRow {
  name: string;
  median: number;
  min: number;
  max: number;
  /** Connections made for one answer, on average, and how many of them before the question was there. */
  opened: number;
  ahead: number;
}

interface Sample {
  name: string;
  askedAt: number;
  answeredAt: number;
  /** No connection before this is this answer's. */
  since: number;
}

/** The rows, over `rounds` after one that does not count; what the machine has no means for is left out, and `note` told. */
export async function connections(
  options: Options,
  args: { invoke: readonly string[]; chat: readonly string[] },
  rounds: number,
  base: NodeJS.ProcessEnv,
  note: (words: string) => void,
): Promise<ConnectionRow[]> {
  const identity = selfSigned(options.scratch);
  if (identity === null) {
    note("no openssl to make a certificate with: no connections");
    return [];
  }
  const server = await startServer(identity);
  const way = await farAway(server.port, ONE_WAY);
  const url = `https://127.0.0.1:${way.port}`;
  // The SDK knows no other way to trust it, and a bundle of our own would be 20 ms more for cbr alone.
  const trust = { NODE_EXTRA_CA_CERTS: identity.cert };
  const env = { ...base, ...trust, AWS_ENDPOINT_URL: url, TERM: "xterm-256color" };
  const sdk = await bundledSdk(options);
  const invoke = [...options.program, ...args.invoke];
  const chat = [...options.program, ...args.chat];
  const python = pythonInterpreter();
  const ways: (() => Promise<Sample[]>)[] = [
    () => byNode(url, readFileSync(identity.cert)),
    () => byProcess(sdk.name, sdk.command, env, way),
    () => byProcess("cbr invoke", invoke, env, way),
    () => byPipe("cbr invoke", invoke, env),
    () => byChat("cbr chat in a pipe", chat, env, { enter: "\n", leave: "" }),
  ];
  if (python === null) note("no python3 to make a terminal with: no chat at one");
  else {
    const keys = { enter: "\r", leave: "\u0004" };
    ways.push(() => byChat("cbr chat at a terminal", atTerminal(python, chat), env, keys));
  }
  try {
    const rows = new Map<string, { times: number[]; opened: number[]; ahead: number[] }>();
    for (let round = -1; round < rounds; round++) {
      for (const measure of ways) {
        for (const sample of await measure()) {
          const row = rows.get(sample.name) ?? { times: [], opened: [], ahead: [] };
          rows.set(sample.name, row);
          if (round < 0) continue;
          const opened = way.connectedAt.filter((at) => at > sample.since && at <= sample.answeredAt);
          row.times.push(sample.answeredAt - sample.askedAt);
          row.opened.push(opened.length);
          row.ahead.push(opened.filter((at) => at < sample.askedAt).length);
        }
      }
    }
    return [...rows].map(([name, { times, opened, ahead }]) => ({
      name,
      median: median(times),
      min: Math.min(...times),
      max: Math.max(...times),
      opened: mean(opened),
      ahead: mean(ahead),
    }));
  } finally {
    way.close();
    server.process.kill();
  }
}

/** Nothing but Node: what the way and the server take. */
async function byNode(url: string, ca: Buffer): Promise<Sample[]> {
  const agent = new https.Agent({ keepAlive: true, ca });
  try {
    const samples: Sample[] = [];
    for (const name of ["node https, new connection", "node https, same connection"]) {
      const askedAt = performance.now();
      const answeredAt = await new Promise<number>((resolve, reject) => {
        const request = https.request(`${url}${STREAM_PATH}`, { method: "POST", agent }, (answer) => {
          let firstAt = Number.NaN;
          answer.on("data", () => {
            if (Number.isNaN(firstAt)) firstAt = performance.now();
          });
          answer.on("end", () => resolve(firstAt));
        });
        request.on("error", reject);
        request.end(BODY);
      });
      samples.push({ name, askedAt, answeredAt, since: askedAt });
      // The agent takes a connection back one tick after the end.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return samples;
  } finally {
    agent.destroy();
  }
}

/** From the start of the process, and from its connecting: what is left without the start. */
async function byProcess(
  name: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  way: FarAway,
): Promise<Sample[]> {
  const startedAt = performance.now();
  const firstAt = await firstByteOf(start(command, env, "ignore"), name);
  const connectedAt = way.connectedAt.findLast((at) => at > startedAt) ?? Number.NaN;
  return [
    { name: `${name}, from its start`, askedAt: startedAt, answeredAt: firstAt, since: startedAt },
    { name: `${name}, from its connecting`, askedAt: connectedAt, answeredAt: firstAt, since: startedAt },
  ];
}

/** A command in front of the pipe takes its time. */
async function byPipe(name: string, command: readonly string[], env: NodeJS.ProcessEnv): Promise<Sample[]> {
  const since = performance.now();
  const child = start(command, env, "pipe");
  const answering = firstByteOf(child, name);
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  const askedAt = performance.now();
  child.stdin?.end("some text\n");
  return [{ name: `${name}, from the end of a slow stdin`, askedAt, answeredAt: await answering, since }];
}

function start(command: readonly string[], env: NodeJS.ProcessEnv, stdin: "ignore" | "pipe"): ChildProcess {
  const [file, ...args] = command as [string, ...string[]];
  return spawn(file, args, { env, stdio: [stdin, "pipe", "pipe"] });
}

/** When the first byte came, once the process has ended. Throws where it fails. */
function firstByteOf(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let at = Number.NaN;
    let errors = "";
    child.stdout?.once("data", () => {
      at = performance.now();
    });
    child.stderr?.on("data", (data) => {
      errors += data;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(at);
      else reject(new Error(`${name} ended with ${code}: ${errors.slice(0, 500)}`));
    });
  });
}

async function byChat(
  name: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  keys: { enter: string; leave: string },
): Promise<Sample[]> {
  let since = performance.now();
  const turns = await hold({
    command,
    env,
    keys,
    turns: TURNS.length,
    pause: PAUSE,
    first: "Hello",
    last: "world",
  });
  return turns.map((turn, i) => {
    const sample = { name: `${name}, turn ${TURNS[i]}`, ...turn, since };
    since = turn.answeredAt;
    return sample;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
