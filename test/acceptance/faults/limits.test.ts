// What an answer may do to the machine, the terminal and the patience of whoever waits: memory, control characters,
// slow readers, Ctrl-C.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ScriptEntry } from "../../../src/mock/script.ts";
import { cbr, cleanEnv, freshHome, PROGRAM } from "../../support/cbr.ts";
import { faulty } from "../../support/fault-rows.ts";
import type { FaultServer } from "../../support/fault-server.ts";

const isLinux = process.platform === "linux";

interface Output {
  code: number | null;
  out: Buffer;
  err: string;
}

/** Runs other words than the program's own first ones: a wrapper around it. */
function run(command: string, args: readonly string[], env: Record<string, string>): Promise<Output> {
  const home = freshHome();
  const child = spawn(command, args, {
    cwd: home,
    env: cleanEnv(home, env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (data) => out.push(data));
  child.stderr.on("data", (data) => err.push(data));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, out: Buffer.concat(out), err: Buffer.concat(err).toString() }),
    );
  });
}

describe.runIf(isLinux && existsSync("/usr/bin/time"))("memory", () => {
  const rows: [title: string, entry: ScriptEntry, code: number][] = [
    ["row 42: a page of 50 MB with 200", { fault: "html-200", body: `<html>${"x".repeat(50_000_000)}` }, 7],
    ["row 42: a JSON of 50 MB with 200", { fault: "json-200", body: `{"x":"${"x".repeat(50_000_000)}"}` }, 7],
    ["row 60: a frame that claims four gigabytes", { text: ["one ", "two ", "three"], fault: "len-huge" }, 8],
    ["row 29: an error of 50 MB", { status: 500, body: "x".repeat(50_000_000) }, 6],
  ];
  test.each(rows)("%s takes at most 200 MB", async (_title, entry, code) => {
    const server = await faulty([entry]);
    const words = [...PROGRAM, "invoke", "--max-attempts", "1", "hi"];
    const ended = await run("/usr/bin/time", ["-f", "peak %M", ...words], server.env);
    const peak = Number(/^peak (\d+)$/m.exec(ended.err)?.[1]) / 1024;
    console.log(`${Math.round(peak)} MB at most`);
    expect(ended.code, ended.err.slice(0, 2000)).toBe(code);
    expect(peak).toBeLessThan(200);
    expect(ended.err.length).toBeLessThan(5000);
  });
});

const CONTROLS = [
  "\u001b[31mred\u001b[0m",
  "\u001b]0;title\u0007",
  "\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\",
  "\u001b]52;c;aGk=\u0007",
  "\u001bPq#0\u001b\\",
  "\u009b31m\u009d0;x\u009c",
  "a\bb\rc\u0000d\u007f",
  "\u202egnp.exe\u2066x\u2069",
];

describe.runIf(isLinux && spawnSync("script", ["--version"]).status === 0)("on a terminal", () => {
  const onTerminal = async (server: FaultServer, args: readonly string[] = []) => {
    const words = [...PROGRAM, "invoke", ...args, "hi"].map((word) => `'${word}'`).join(" ");
    const env = { ...server.env, TERM: "xterm", NO_COLOR: "1" };
    return run("script", ["-qec", `${words} 2>/dev/null`, "/dev/null"], env);
  };
  /** Everything that a terminal would obey, but for the line ends that it makes itself. */
  const obeyed = (text: string) =>
    text.replace(/\r\n|\t/g, "").match(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g);

  test("row 73: control characters in an answer are made visible, never obeyed", async () => {
    const server = await faulty([{ text: CONTROLS }]);
    const { code, out } = await onTerminal(server);
    expect(code).toBe(0);
    expect(obeyed(out.toString())).toBeNull();
    expect(out.toString()).toContain("␛[31mred");
  });

  test("row 74: nor when they come a character at a time", async () => {
    const server = await faulty([{ text: [...CONTROLS.join("|")] }]);
    const { code, out } = await onTerminal(server);
    expect(code).toBe(0);
    expect(obeyed(out.toString())).toBeNull();
    expect(out.toString()).toContain("␛]52;c;aGk=");
  });

  test("row 43: on a terminal one newline ends an answer that has none", async () => {
    const server = await faulty([{ text: "done", times: 1 }, { text: "done\n" }]);
    expect((await onTerminal(server)).out.toString()).toBe("done\r\n");
    expect((await onTerminal(server)).out.toString()).toBe("done\r\n");
  });

  test("row 48: on a terminal what came stands on lines of its own when the rest does not come", async () => {
    const server = await faulty([{ text: ["one ", "two ", "three"], fault: "rst-between" }]);
    const { code, out } = await onTerminal(server);
    expect(code).toBe(8);
    expect(out.toString()).toBe("one two \r\n");
  });
});

test.runIf(isLinux && canUnshare())("row 2: a name server that does not answer is asked again", async () => {
  const env = {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "x",
  };
  const { code, err } = await run("unshare", ["-rn", ...PROGRAM, "invoke", "hi"], env);
  expect(code).toBe(7);
  expect(err).toMatch(/^note: dns failed, retrying in/m);
  expect(err).toMatch(/^cbr: cannot resolve bedrock-runtime\.us-east-1\.amazonaws\.com at the moment/m);
});

function canUnshare(): boolean {
  try {
    execFileSync("unshare", ["-rn", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test("row 51: a slow reader of stdout is no silence of the service", async () => {
  const text = Array.from({ length: 400 }, (_, i) => `${i} `.padEnd(10_000, "x"));
  const server = await faulty([{ text }]);
  const running = cbr(["invoke", "--idle-timeout", "1", "hi"], { env: server.env });
  running.child.stdout?.pause();
  setTimeout(() => running.child.stdout?.resume(), 3000);
  const { code, stdout, stderr } = await running;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe(text.join(""));
});

test("row 75: Ctrl-C closes the connection and asks nothing again", async () => {
  const server = await faulty([{ text: ["part ", "rest"], fault: "stall-mid", after: 1 }]);
  const running = cbr(["invoke", "hi"], { env: server.env });
  await new Promise((resolve) => running.child.stdout?.once("data", resolve));
  const killedAt = Date.now();
  running.child.kill("SIGINT");
  const { stdout } = await running;
  await expect.poll(() => server.requests[0]?.closedEarlyAt).not.toBeNull();
  console.log(`seen by the server after ${(server.requests[0]?.closedEarlyAt ?? 0) - killedAt} ms`);
  expect({ stdout, hits: server.hits() }).toEqual({ stdout: "part ", hits: 1 });
});
