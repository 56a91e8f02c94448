// The cache of compiled code: it is used where it is the user's own and whole, and whatever is wrong with it is never seen.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cbr, freshHome, PROGRAM } from "../support/cbr.ts";

const isScript = PROGRAM.length > 1;
const DIST = join(import.meta.dirname, "../../dist");
const SUMMARY = "ask Claude one thing";
const FORGED = "ASK CLAUDE ONE THING";

async function help(home: string, env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await cbr(["--help"], { home, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** Runs twice: once to make the directory, once to fill it. */
async function filled(): Promise<{ home: string; root: string; directory: string }> {
  const home = freshHome();
  await help(home);
  await help(home);
  const root = join(home, ".cache/cbr/compiled");
  return { home, root, directory: join(root, readdirSync(root)[0] as string) };
}

/** What V8 would keep of another `start.js` of the same length, which is all that it compares. */
function forge(path: string): void {
  const code = `
    const { readFileSync, writeFileSync } = require("node:fs");
    const head = "(function(exports,require,module,__filename,__dirname){";
    const source = readFileSync(${JSON.stringify(join(DIST, "start.js"))}, "latin1");
    const forged = source.replace(${JSON.stringify(SUMMARY)}, ${JSON.stringify(FORGED)});
    if (forged === source) throw new Error("nothing to forge");
    const script = new (require("node:vm").Script)(head + forged + "\\n})");
    writeFileSync(${JSON.stringify(path)}, script.createCachedData());`;
  execFileSync(PROGRAM[0] as string, ["-e", code]);
}

describe.skipIf(!isScript)("compiled code", () => {
  test("is kept from the second run on, for the user alone", async () => {
    const home = freshHome();
    const root = join(home, ".cache/cbr/compiled");
    const first = await help(home);
    const [name, ...others] = readdirSync(root);
    expect(others).toEqual([]);
    const directory = join(root, name as string);
    expect(readdirSync(directory)).toEqual([]);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(await help(home)).toBe(first);
    expect(readdirSync(directory)).toContain("start.js");
    for (const file of readdirSync(directory))
      expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
    const before = statSync(join(directory, "start.js"));
    expect(await help(home)).toBe(first);
    expect(statSync(join(directory, "start.js")).ino).toBe(before.ino);
    // Another command compiles more: all is kept anew, with what both have used.
    await cbr(["models", "list", "--offline"], { home });
    expect(readdirSync(directory)).toContain("models.js");
    expect(statSync(join(directory, "start.js")).size).toBeGreaterThan(before.size);
  });

  test("is run", async () => {
    const { home, directory } = await filled();
    forge(join(directory, "start.js"));
    expect(await help(home)).toContain(FORGED);
    expect(await help(home, { NODE_DISABLE_COMPILE_CACHE: "1" })).toContain(SUMMARY);
    expect(await help(home, { NODE_COMPILE_CACHE: join(home, "nodes-own") })).toContain(SUMMARY);
    expect(await help(home, { NODE_V8_COVERAGE: join(home, "coverage") })).toContain(SUMMARY);
  });

  test.each<[string, (directory: string) => void]>([
    ["others may write to its directory", (directory) => chmodSync(directory, 0o777)],
    [
      "its directory is a link",
      (directory) => {
        renameSync(directory, `${directory}.elsewhere`);
        symlinkSync(`${directory}.elsewhere`, directory);
      },
    ],
  ])("is not run where %s", async (_, change) => {
    const { home, directory } = await filled();
    forge(join(directory, "start.js"));
    change(directory);
    expect(await help(home)).toContain(SUMMARY);
  });

  test.each<[string, (file: string) => void]>([
    ["is empty", (file) => truncateSync(file, 0)],
    ["ends early", (file) => truncateSync(file, 60_000)],
    ["lost a block to a power cut", (file) => writeFileSync(file, readFileSync(file).fill(0, 8192, 16_384))],
    ["lost its end to a power cut", (file) => writeFileSync(file, readFileSync(file).fill(0, 8192))],
    ["is of another V8", (file) => writeFileSync(file, readFileSync(file).fill(1, 4, 12))],
    [
      "is no file",
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
  ])("that %s is compiled anew, and kept where it can be", async (_, damage) => {
    const { home, directory } = await filled();
    const file = join(directory, "start.js");
    const whole = statSync(file);
    damage(file);
    expect(await help(home)).toContain(SUMMARY);
    if (statSync(file).isDirectory()) return;
    expect(statSync(file).ino).not.toBe(whole.ino);
    expect(readFileSync(file).length).toBeGreaterThan(100_000);
    expect(readdirSync(directory).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("of other builds goes after a month", async () => {
    const { home, root } = await filled();
    const old = join(root, "0123456789abcdef-v20.0.0-x64");
    const recent = join(root, "fedcba9876543210-v20.0.0-x64");
    for (const path of [old, recent]) mkdirSync(path);
    writeFileSync(join(old, "start.js"), "");
    const then = Date.now() / 1000 - 31 * 24 * 3600;
    utimesSync(old, then, then);
    await cbr(["models", "list", "--offline"], { home });
    expect(existsSync(old)).toBe(false);
    expect(existsSync(recent)).toBe(true);
  });

  test("of a home that cannot be written is not missed", async () => {
    const home = freshHome();
    writeFileSync(join(home, ".cache"), "");
    expect(await help(home)).toContain(SUMMARY);
    expect(await help("/proc/self")).toContain(SUMMARY);
  });
});
