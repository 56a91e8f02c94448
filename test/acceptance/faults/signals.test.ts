// Signals, bugs and terminals of every kind: what came is kept, the end is the one shells expect, the terminal is left as it was.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Host } from "../../../src/host/host.ts";
import { cleanEnv, freshHome, PROGRAM, preload } from "../../support/cbr.ts";
import { runInProcess } from "../../support/in-process.ts";
import { errorOf, mocked } from "../../support/mocked.ts";
import { atPty } from "../../support/pty.ts";
import { shell } from "../../support/shell.ts";

const SLOW = [{ text: ["one ", "two ", "three ", "four"], fault: "stall-mid" }];
const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const;
/** For a shell that is to know the program's own process: its function `cbr` in the background is one more shell. */
const WORDS = PROGRAM.map((word) => `'${word}'`).join(" ");

/** Starts a stalled answer and resolves once its first words are out. */
async function stalled(args: readonly string[] = [], home = freshHome(), env: Record<string, string> = {}) {
  const bedrock = await mocked({ script: SLOW });
  const running = bedrock.cbr(["invoke", ...args, "hi"], { home, env });
  await new Promise<void>((resolve) => {
    let seen = "";
    running.child.stdout?.on("data", (data) => {
      seen += data;
      if (seen === "one two ") resolve();
    });
  });
  return { bedrock, running, home };
}

test("row 89: Ctrl-C in a stream stops the payment within 500 ms, keeps what came, and ends by the signal", async () => {
  const { bedrock, running, home } = await stalled(["--session", "tea"]);
  const sent = performance.now();
  running.child.kill("SIGINT");
  await expect.poll(() => bedrock.calls()[0]?.closedEarlyAt, { interval: 5 }).not.toBeNull();
  expect(performance.now() - sent).toBeLessThan(500);
  const run = await running;
  expect(run).toMatchObject({ signal: "SIGINT", stdout: "one two ", stderr: "cbr: interrupted\n" });
  const lines = readFileSync(join(home, ".local/state/cbr/sessions/tea.jsonl"), "utf8").trim().split("\n");
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ complete: false, error: "interrupted" });
});

test("row 89: a shell's loop ends with Ctrl-C too", async () => {
  const bedrock = await mocked({ script: SLOW });
  const home = freshHome();
  const loop = spawn("bash", ["-c", `for i in 1 2 3; do ${WORDS} invoke --no-stdin hi; echo next; done`], {
    env: cleanEnv(home, bedrock.env),
    cwd: home,
    detached: true,
  });
  let seen = "";
  loop.stdout.on("data", (data) => {
    seen += data;
  });
  await expect.poll(() => seen, { timeout: 5000 }).toBe("one two ");
  // A terminal sends the signal to everyone in the foreground.
  process.kill(-(loop.pid as number), "SIGINT");
  const [, signal] = await once(loop, "close");
  expect({ signal, seen }).toEqual({ signal: "SIGINT", seen: "one two " });
});

test("a signal is one line of JSON where errors are", async () => {
  const { running } = await stalled(["--error-format", "json"]);
  running.child.kill("SIGTERM");
  const run = await running;
  expect(run.signal).toBe("SIGTERM");
  expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: "terminated", exit_code: 143 } });
});

test.each(SIGNALS)("row 91: a second %s while cleaning up ends at once with %i", async (signal, code) => {
  const { running } = await stalled();
  // The third is in case the first two arrive as one.
  for (let i = 0; i < 3; i++) {
    running.child.kill(signal);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const run = await running;
  expect(run.signal === signal || run.code === code, `${run.signal} ${run.code}`).toBe(true);
});

test("row 92: SIGTERM ends it by that signal within 2 s, also when nobody reads its output", async () => {
  const { running } = await stalled();
  const sent = performance.now();
  running.child.kill("SIGTERM");
  expect(await running).toMatchObject({
    signal: "SIGTERM",
    stdout: "one two ",
    stderr: "cbr: interrupted\n",
  });
  expect(performance.now() - sent).toBeLessThan(2000);

  const bedrock = await mocked({ script: [{ text: Array(40).fill("x".repeat(65_536)) }] });
  const run = await shell(
    `(${WORDS} invoke hi & p=$!; sleep 1; kill -TERM $p; s=$(date +%s%N); wait $p; echo "$? $(( ($(date +%s%N) - s) / 1000000 ))" >&3) 3>&2 | sleep 4`,
    { env: bedrock.env },
  );
  const [code, took] = run.stderr.trim().split(/\s+/).slice(-2).map(Number);
  expect(code, run.stderr).toBe(143);
  expect(took).toBeLessThan(2000);
});

test.runIf(process.platform === "linux").each(["invoke hi", "--version", "invoke --nope 2>&1"])(
  "row 92: %s ends by a signal where somebody else left its pipe full",
  async (words) => {
    const { env } = await mocked({ script: [{ text: "hi" }] });
    const run = await shell(
      `(head -c 65536 /dev/zero; ${WORDS} ${words} & p=$!; sleep 1; kill -TERM $p; sleep 2; kill -KILL $p; wait $p; echo "$?" >&3) 3>&2 2>/dev/null | sleep 5`,
      { env },
    );
    expect(run.stderr).toBe("143\n");
  },
);

test("row 93: SIGHUP ends it by that signal, keeps what came, and leaves the terminal's echo on", async () => {
  const { running, home } = await stalled(["--session", "tea"]);
  running.child.kill("SIGHUP");
  expect(await running).toMatchObject({ signal: "SIGHUP", stdout: "one two " });
  expect(readdirSync(join(home, ".local/state/cbr/sessions"))).toEqual(["tea.jsonl"]);

  const bedrock = await mocked({ script: SLOW });
  const run = await atPty(["invoke", "hi"], { env: bedrock.env, next: { after: "two", hangUp: true } });
  expect(run).toMatchObject({ code: 129, hasEcho: true });
});

// The executable's compiler knows its platform, and so leaves no room for another.
test.runIf(PROGRAM.length > 1).each(SIGNALS)(
  "row 151: on a system without signals (Windows, whose Node knows no SIGHUP and ends with 1) %s is the code %i, and the session is intact",
  async (signal, code) => {
    const home = freshHome();
    const windows = join(home, "windows.cjs");
    writeFileSync(
      windows,
      `Object.defineProperty(process, "platform", { value: "win32" });
const { kill } = process;
process.kill = (pid, signal) => {
  if (pid !== process.pid || signal === 0) return kill.call(process, pid, signal);
  if (signal === "SIGHUP") throw Object.assign(new Error("kill ENOSYS"), { code: "ENOSYS", syscall: "kill" });
  process.reallyExit(1);
};`,
    );
    const { running } = await stalled(["--session", "tea"], home, preload(windows));
    running.child.kill(signal);
    expect(await running).toMatchObject({ code, stdout: "one two ", stderr: "cbr: interrupted\n" });
    const lines = readFileSync(join(home, ".local/state/cbr/sessions/tea.jsonl"), "utf8").trim().split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ complete: false, error: "interrupted" });
  },
);

describe("row 95: a bug", () => {
  const broken = (home: string, error: unknown): Partial<Host> => ({
    home,
    get stdin(): never {
      throw error;
    },
  });

  test("is one line, exit 1, and a crash log that only the user can read; the stack needs --debug", async () => {
    const home = freshHome();
    const error = new Error("the canary AKIAIOSFODNN7EXAMPLE sang");
    const run = await runInProcess(
      ["invoke", "hi"],
      { AWS_REGION: "us-east-1", AWS_SESSION_TOKEN: "secret-token-1" },
      broken(home, error),
    );
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /^cbr: internal error: the canary AKIA\[redacted\]MPLE sang \(details in \/\S+\.log\)\nhint: .*\n$/,
    );
    const path = /details in (\S+)\)/.exec(run.stderr)?.[1] ?? "";
    expect(path.startsWith(join(home, ".local/state/cbr/crashes/"))).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
    const log = readFileSync(path, "utf8");
    expect(log).toMatch(/^cbr .*, node .*\nError: the canary/);
    expect(log).toMatch(/^ {4}at /m);
    expect(log).not.toContain("AKIAIOSFODNN7EXAMPLE");
    const debug = await runInProcess(["invoke", "--debug", "hi"], {}, broken(home, error));
    expect(debug.stderr).toMatch(/^ {4}at /m);
  });

  test("that nobody catches ends the same way, after cleaning up", async () => {
    const home = freshHome();
    let crash: (error: unknown) => void = () => {};
    const codes: number[] = [];
    const bedrock = await mocked({ script: SLOW });
    const run = runInProcess(["invoke", "hi"], bedrock.env, {
      home,
      onCrash: (handler) => {
        crash = handler;
      },
      exitNow: ((code: number) => codes.push(code)) as never,
    });
    await expect.poll(() => bedrock.mock.requests.length).toBe(1);
    crash(new Error("out of nowhere"));
    await expect.poll(() => codes).toEqual([1]);
    expect(readdirSync(join(home, ".local/state/cbr/crashes"))).toHaveLength(1);
    await bedrock.mock.close();
    expect((await run).stderr).toMatch(/^cbr: internal error: out of nowhere \(details in /);
  });

  test("without a place for its log is still said, also as JSON", async () => {
    const run = await runInProcess(
      ["invoke", "--json", "hi"],
      { XDG_STATE_HOME: "/proc/1" },
      broken("/nonexistent", new Error("x")),
    );
    expect(run.code).toBe(1);
    expect(errorOf(run.stderr)).toMatchObject({
      code: "internal_error",
      message: "internal error: x",
      exit_code: 1,
    });
  });
});

test.each([
  [0, 0],
  [1, 1],
])("row 97: a terminal of %i columns neither crashes nor hangs", async (columns, rows) => {
  const bedrock = await mocked({ script: [{ text: "one two three", gap: 50 }] });
  const run = await atPty(["invoke", "hi"], { env: bedrock.env, columns, rows });
  expect(run.code).toBe(0);
  expect(run.output).toMatch(/one two three\n$/);
  expect(run.output.length).toBeLessThan(20_000);
  const table = await atPty(["models", "list", "--offline"], { columns, rows });
  expect(table.code).toBe(0);
  expect(table.output).not.toMatch(/NaN|undefined/);
});

describe("row 98: no ESC at all", () => {
  const script = [{ text: ["one ", "two"], gap: 100 }];
  test.each([{ TERM: "dumb" }, { NO_COLOR: "1" }, { CI: "true" }])("with %j on a terminal", async (env) => {
    const bedrock = await mocked({ script });
    for (const args of [
      ["invoke", "hi"],
      ["invoke", "-m", "nope", "hi"],
      ["models", "list", "--offline"],
    ]) {
      expect((await atPty(args, { env: { ...bedrock.env, ...env } })).output).not.toContain("\u001b");
    }
  });

  test("without a terminal", async () => {
    const bedrock = await mocked({ script });
    for (const args of [
      ["invoke", "-u", "-v", "hi"],
      ["invoke", "-m", "nope", "hi"],
      ["models", "list", "--offline"],
    ]) {
      const run = await bedrock.cbr(args, { env: { TERM: "xterm-256color" } });
      expect(run.stdout + run.stderr).not.toContain("\u001b");
    }
  });
});

test("row 99: what needs a yes never waits for one where stdin is no terminal", async () => {
  const bedrock = await mocked();
  for (const stdin of [null, "y\n", "open"] as const) {
    const run = await bedrock.cbr(["logging", "disable"], { stdin });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(/^hint: .*`--yes`/m);
  }
  expect(bedrock.mock.requests.filter(({ method }) => method !== "GET")).toEqual([]);
});
