// What several processes, and processes that die at any moment, do to one session.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import { bench } from "./support.ts";

const KILLS = Number(process.env["CBR_TEST_KILLS"] ?? 60);
const folder = mkdtempSync(join(tmpdir(), "cbr-writer-"));
const script = join(folder, "writer.mjs");

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, "writer.ts")],
    outfile: script,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
});

interface Writer {
  child: ChildProcess;
  /** The turns it said were whole. */
  done: string[];
  ended: Promise<number | null>;
}

function startWriter(state: string, tag: string, count: number, mode: "hold" | "each"): Writer {
  const child = spawn(process.execPath, [script, state, "work", tag, String(count), mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const done: string[] = [];
  let rest = "";
  child.stdout?.on("data", (data) => {
    const said = (rest + data).split("\n");
    rest = said.pop() as string;
    done.push(...said);
  });
  return { child, done, ended: new Promise((resolve) => child.on("close", resolve)) };
}

async function wholeTurns(state: string): Promise<string[]> {
  const { sessions } = bench({ state });
  const session = await sessions.open("work", "read");
  const turns = [...session.history()].flatMap(({ prompt, reply }) => {
    const tag = String(prompt).split(" ")[0] as string;
    return reply?.isComplete && JSON.stringify(reply.content).includes(`re ${tag} `) ? [tag] : [];
  });
  session.close();
  return turns;
}

test(
  `${KILLS} times kill -9 while writing: no whole turn is lost and the session stays readable`,
  async () => {
    let state = mkdtempSync(join(tmpdir(), "cbr-kills-"));
    let said: string[] = [];
    let total = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      const writer = startWriter(state, `k${kill}`, Number.POSITIVE_INFINITY, "hold");
      while (writer.done.length === 0 && writer.child.exitCode === null) await sleep(1);
      await sleep(Math.random() * 20);
      writer.child.kill("SIGKILL");
      await writer.ended;
      said.push(...writer.done);
      if (kill % 20 !== 0 && kill !== KILLS) continue;
      const kept = await wholeTurns(state);
      expect(said.filter((turn) => !kept.includes(turn))).toEqual([]);
      expect(new Set(kept).size).toBe(kept.length);
      total += kept.length;
      rmSync(state, { recursive: true });
      state = mkdtempSync(join(tmpdir(), "cbr-kills-"));
      said = [];
    }
    expect(total).toBeGreaterThan(KILLS / 2 - 1);
  },
  KILLS * 4000,
);

test("row 128: four writers on one session lose no turn", async () => {
  const state = mkdtempSync(join(tmpdir(), "cbr-four-"));
  const writers = ["a", "b", "c", "d"].map((tag) => startWriter(state, tag, 25, "each"));
  expect(await Promise.all(writers.map((writer) => writer.ended))).toEqual([0, 0, 0, 0]);
  const said = writers.flatMap((writer) => writer.done);
  expect(said).toHaveLength(100);
  expect((await wholeTurns(state)).sort()).toEqual(said.sort());
});

test.each(["000", "002", "022", "077"])(
  "row 133: under umask %s nobody else can read anything",
  async (umask) => {
    const state = mkdtempSync(join(tmpdir(), "cbr-umask-"));
    const command = `umask ${umask} && exec "$0" "$@"`;
    const child = spawn("sh", [
      "-c",
      command,
      process.execPath,
      script,
      state,
      "work",
      "t",
      "Infinity",
      "hold",
    ]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const { directory } = bench({ state });
    const modes = [directory, ...readdirSync(directory).map((entry) => join(directory, entry))].map((path) =>
      (statSync(path).mode & 0o777).toString(8),
    );
    child.kill("SIGKILL");
    expect(modes).toEqual(["700", "600", "600"]);
  },
);

test("a full disk costs the turn that did not fit and nothing else", async () => {
  const state = mkdtempSync(join(tmpdir(), "cbr-full-"));
  // A limit on the size of files stands in for the disk: the write that reaches it is cut short, the next one fails.
  const child = spawn("sh", [
    "-c",
    'ulimit -f 64 && exec "$0" "$@"',
    process.execPath,
    script,
    state,
    "work",
    "t",
    "Infinity",
    "each",
  ]);
  const said: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on("data", (data) => said.push(data));
  child.stderr.on("data", (data) => complaints.push(data));
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(1);
  expect(Buffer.concat(complaints).toString()).toContain("session not saved: EFBIG");
  const { sessions, directory } = bench({ state });
  expect(await wholeTurns(state)).toEqual(Buffer.concat(said).toString().split("\n").slice(0, -1));
  expect(readFileSync(join(directory, "work.jsonl"), "utf8").endsWith("\n")).toBe(true);
  expect((await sessions.open("work", "read")).turns.length).toBeGreaterThan(0);
});

test("row 129: a killed holder's lock is taken over by exactly one of four", async () => {
  for (let round = 0; round < 5; round++) {
    const state = mkdtempSync(join(tmpdir(), "cbr-stale-"));
    const dead = startWriter(state, "dead", Number.POSITIVE_INFINITY, "hold");
    while (dead.done.length === 0) await sleep(1);
    dead.child.kill("SIGKILL");
    await dead.ended;
    const directory = bench({ state }).directory;
    expect(existsSync(join(directory, "work.lock"))).toBe(true);
    const takers = ["a", "b", "c", "d"].map((tag) => startWriter(state, tag, 3, "hold"));
    await Promise.all(takers.map((taker) => taker.ended));
    const kept = (await wholeTurns(state)).filter((turn) => !turn.startsWith("dead"));
    expect(kept.toSorted()).toEqual(takers.flatMap((taker) => taker.done).sort());
    // Each held the session for its three turns without another's in between.
    const order = kept.map((turn) => turn.split(":")[0]);
    expect(order.filter((tag, index) => tag !== order[index - 1])).toHaveLength(4);
    expect(readdirSync(directory)).toEqual(["work.jsonl"]);
  }
});
