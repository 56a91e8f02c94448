// The cache of compiled code: it is used where it is the user's own and whole, and whatever is wrong with it is never seen.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
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
import { cbr, cleanEnv, freshHome, PROGRAM } from "../support/cbr.ts";

const isScript = PROGRAM.length > 1;
const ROOT = join(import.meta.dirname, "../..");
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

/** Leaves the compiled form of another program: of the same build by name, and as long, which is all that V8 compares. */
async function forge(home: string, directory: string): Promise<void> {
  const copy = freshHome();
  for (const part of ["bin", "dist"]) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  const start = join(copy, "dist/start.js");
  const forged = readFileSync(start, "latin1").replace(SUMMARY, FORGED);
  writeFileSync(start, forged, "latin1");
  rmSync(join(directory, "start.js"));
  const node = PROGRAM[0] as string;
  expect(
    execFileSync(node, [join(copy, "bin/cbr.js"), "--help"], { env: cleanEnv(home), encoding: "utf8" }),
  ).toContain(FORGED);
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
    await forge(home, directory);
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
    await forge(home, directory);
    change(directory);
    expect(await help(home)).toContain(SUMMARY);
  });

  test.each<[string, (file: string) => void]>([
    ["is empty", (file) => truncateSync(file, 0)],
    ["ends early", (file) => truncateSync(file, 60_000)],
    ["lost a sector to a power cut", (file) => writeFileSync(file, readFileSync(file).fill(0, 8192, 8704))],
    ["is nothing but zeros", (file) => writeFileSync(file, readFileSync(file).fill(0))],
    ["was written over", (file) => writeFileSync(file, readFileSync(file).fill(0x5a, 100_000, 104_096))],
    ["lost its end to a power cut", (file) => writeFileSync(file, readFileSync(file).fill(0, 8192))],
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

  test.runIf(process.geteuid?.() === 0)("is not left in the home of another user", async () => {
    const home = freshHome();
    chownSync(home, 65_534, 65_534);
    await help(home);
    expect(readdirSync(home)).toEqual([]);
  });

  test("needs a home that is there, by its full path", async () => {
    const cwd = freshHome();
    for (const home of ["there", join(cwd, "gone")]) {
      for (let run = 0; run < 2; run++) await cbr(["--help"], { home, cwd });
    }
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("half written by a killed process is in nobody's way", async () => {
    const home = freshHome();
    await help(home);
    const root = join(home, ".cache/cbr/compiled");
    const directory = join(root, readdirSync(root)[0] as string);
    const old = join(directory, "start.js.1-abc.tmp");
    writeFileSync(old, "half");
    utimesSync(old, 1, 1);
    await help(home);
    expect(readdirSync(directory)).toContain("start.js");
    expect(existsSync(old)).toBe(false);
  });

  test("of a home that cannot be written is not missed", async () => {
    const home = freshHome();
    writeFileSync(join(home, ".cache"), "");
    expect(await help(home)).toContain(SUMMARY);
    expect(await help("/proc/self")).toContain(SUMMARY);
  });
});
