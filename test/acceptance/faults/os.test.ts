// Pipes, disks, descriptors and homes that fail: every byte arrives or the exit code says that it did not.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { freshHome, PROGRAM } from "../../support/cbr.ts";
import { errorOf, mocked } from "../../support/mocked.ts";
import { shell } from "../../support/shell.ts";

const isRoot = process.getuid?.() === 0;
/** Any user can start the program under test: it does not lie in a directory of root's own, as a runtime in a cache may. */
const isForAll =
  isRoot &&
  PROGRAM.every(
    (path) => spawnSync("setpriv", ["--reuid=65534", "--clear-groups", "test", "-r", path]).status === 0,
  );
const onLinux = process.platform === "linux";
const LINES = { text: ["one\n", "two\n", "three\n", "four\n"], gap: 60 };

test("row 100: a reader that goes away ends it with 0, quietly, and aborts the request", async () => {
  const bedrock = await mocked({ script: [{ text: Array(200).fill("line\n"), gap: 20 }] });
  const run = await shell('(cbr invoke hi; echo "code $?" >&2) | head -1', { env: bedrock.env });
  expect(run).toEqual({ code: 0, stdout: "line\n", stderr: "code 0\n" });
  await expect.poll(() => bedrock.calls()[0]?.closedEarlyAt).not.toBeNull();
});

test("row 100: so does one that takes stderr with it", async () => {
  const bedrock = await mocked({ script: [{ text: Array(200).fill("line\n"), gap: 20 }] });
  const run = await shell('(cbr invoke -v hi 2>&1; echo "code $?" >&3) 3>&2 2>/dev/null | head -1', {
    env: bedrock.env,
  });
  expect(run.stderr).toBe("code 0\n");
});

describe.runIf(onLinux)("a stdout that takes nothing is exit 11:", () => {
  const commands = [
    "cbr invoke hi",
    "cbr invoke --json hi",
    "cbr --help",
    "cbr models list --offline",
    "cbr explain ThrottlingException",
  ];
  test.each(commands)("row 101: %s >/dev/full", async (command) => {
    const bedrock = await mocked();
    const run = await shell(`${command} >/dev/full`, { env: bedrock.env });
    expect(run.code).toBe(11);
    expect(run.stderr).toMatch(/cannot write output: no space left/);
  });

  test.each(commands)("row 102: %s >&-", async (command) => {
    const bedrock = await mocked();
    const run = await shell(`${command} >&-`, { env: bedrock.env });
    expect(run.code).toBe(11);
    expect(run.stderr).toMatch(/cannot write output: stdout is closed/);
    expect(bedrock.calls()).toEqual([]);
  });

  test("row 102: an answer that goes to a file needs no stdout", async () => {
    const bedrock = await mocked({ script: [{ text: "kept" }] });
    const path = join(freshHome(), "answer.txt");
    expect((await shell(`cbr invoke -o '${path}' hi >&-`, { env: bedrock.env })).code).toBe(0);
    expect(readFileSync(path, "utf8")).toBe("kept");
  });

  test("row 102: /dev/null is not closed, however it was opened", async () => {
    const bedrock = await mocked();
    for (const to of [">/dev/null", "<>/dev/null 1>&0 2>&0", ">/dev/null 2>&1"]) {
      expect(await shell(`cbr invoke --no-stdin hi ${to}`, { env: bedrock.env })).toMatchObject({
        code: 0,
        stderr: "",
      });
    }
  });
});

test("row 103: a slow reader of 10 MiB gets every byte", async () => {
  const text = Array.from({ length: 160 }, (_, i) => String(i % 10).repeat(65_536));
  const bedrock = await mocked({ script: [{ text }] });
  for (const flags of ["", "--no-stream", "--json"]) {
    const script = `set -o pipefail; cbr invoke ${flags} hi | (sleep 1; if [ "${flags}" = --json ]; then wc -c; else sha1sum; fi)`;
    const run = await shell(script, { env: bedrock.env });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    if (flags === "--json") expect(Number(run.stdout)).toBeGreaterThan(2 * 160 * 65_536);
    else {
      const { createHash } = await import("node:crypto");
      expect(run.stdout.split(" ")[0]).toBe(createHash("sha1").update(text.join("")).digest("hex"));
    }
  }
});

test("row 103: what a slow reader has not taken when an answer breaks off is not lost either, on stdout and on stderr", async () => {
  // More than fits into a pipe, and no more behind it than Node takes without being asked to wait.
  const text = ["x".repeat(60_000), "x".repeat(12_000), "never sent", "nor this"];
  const bedrock = await mocked({ script: [{ text, gap: 60, fault: "clean-end-no-stop" }] });
  const env = bedrock.env;
  const late = await shell("set -o pipefail; cbr invoke hi | (sleep 1; wc -c)", { env });
  expect({ ...late, stdout: Number(late.stdout) }).toMatchObject({ code: 8, stdout: 72_000 });
  for (const form of ["json", "stream-json"]) {
    const script = `exec 3>&1; cbr invoke --output-format ${form} hi 2>&1 >/dev/null | (sleep 1; cat >&3); exit "\${PIPESTATUS[0]}"`;
    const run = await shell(script, { env });
    expect(run.code).toBe(8);
    expect(errorOf(run.stdout)).toMatchObject({ code: "incomplete", partial_text: "x".repeat(72_000) });
  }
});

test.each(["2>&-", ...(onLinux ? ["2>/dev/full"] : [])])(
  "row 104: with %s the outcome keeps its code",
  async (to) => {
    const bedrock = await mocked({ script: [LINES] });
    expect(await shell(`cbr invoke -v hi ${to}`, { env: bedrock.env })).toMatchObject({
      code: 0,
      stdout: "one\ntwo\nthree\nfour\n",
    });
    expect((await shell(`cbr invoke -m nope hi ${to}`, { env: bedrock.env })).code).toBe(2);
    const broken = await mocked({ script: [{ ...LINES, fault: "clean-end-no-stop" }] });
    expect(await shell(`cbr invoke hi ${to}`, { env: broken.env })).toMatchObject({
      code: 8,
      stdout: "one\ntwo\n",
    });
  },
);

describe.runIf(onLinux && isRoot)(
  "row 105: on a full disk (a file system of 64 KB; needs root to mount)",
  () => {
    const disk = () => {
      const home = freshHome();
      const path = join(home, "disk");
      mkdirSync(path);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path]);
      onTestFinished(() => void execFileSync("umount", [path]));
      return { home, path };
    };

    test("an explicit session is exit 11; what was answered is on stdout and a session that was whole stays whole", async () => {
      const { home, path } = disk();
      const bedrock = await mocked({ script: [{ text: "x".repeat(50_000) }] });
      const ask = () =>
        bedrock.cbr(["invoke", "--session", "a", "hi"], { home, env: { XDG_STATE_HOME: path } });
      expect((await ask()).code).toBe(0);
      const file = join(path, "cbr/sessions/a.jsonl");
      const kept = readFileSync(file, "utf8");
      const run = await ask();
      expect(run.code).toBe(11);
      expect(run.stderr).toMatch(/^cbr: session not saved: ENOSPC, no space left/m);
      expect(run.stdout).toBe("x".repeat(50_000));
      expect(readFileSync(file, "utf8").startsWith(kept)).toBe(true);
    });

    test("-o is exit 11 and leaves the old file", async () => {
      const { home, path } = disk();
      const bedrock = await mocked({ script: [{ text: "x".repeat(70_000) }] });
      writeFileSync(join(path, "out"), "old");
      const run = await bedrock.cbr(["invoke", "-o", join(path, "out"), "hi"], { home });
      expect(run).toMatchObject({ code: 11, stdout: "" });
      expect(run.stderr).toMatch(/no space left/);
      expect(readFileSync(join(path, "out"), "utf8")).toBe("old");
      expect(readdirSync(path)).toEqual(["out"]);
    });
  },
);

describe("row 106: a home that is", () => {
  test.each([
    ["not set", "env -u HOME"],
    ["the root", "HOME=/"],
    ["not there", "HOME=/nonexistent"],
    ...(onLinux ? [["below /proc", "HOME=/proc/1 XDG_STATE_HOME=/proc/1"]] : []),
  ])("%s changes nothing for one prompt, and a session is refused at once", async (_, prefix) => {
    const bedrock = await mocked({ script: [{ text: "ok" }] });
    const run = (words: string) =>
      shell(`export -f cbr; ${prefix.replace(/^env -u HOME/, "unset HOME;")} cbr ${words}`, {
        env: bedrock.env,
      });
    expect(await run("invoke hi")).toEqual({ code: 0, stdout: "ok", stderr: "" });
    if (prefix.includes("/proc")) {
      const session = await run("invoke --session a hi");
      expect(session.code).toBe(11);
      expect(session.stderr).toMatch(/^cbr: session not saved: ENOENT/);
      expect((await run("models refresh")).code).toBe(11);
      expect(
        (await shell("XDG_CONFIG_HOME=/proc/1 cbr config set model opus", { env: bedrock.env })).code,
      ).toBe(11);
    }
  });

  test.runIf(isForAll)("not writable (as another user)", async () => {
    const bedrock = await mocked({ script: [{ text: "ok" }] });
    const home = freshHome();
    chmodSync(home, 0o555);
    const as = (words: string) =>
      shell(
        `f=$(declare -f cbr); cd /; HOME=${home} setpriv --reuid=65534 --clear-groups bash -c "$f; cbr ${words}"`,
        { env: bedrock.env },
      );
    expect(await as("invoke hi")).toEqual({ code: 0, stdout: "ok", stderr: "" });
    const session = await as("invoke --session a hi");
    expect(session.code).toBe(11);
    expect(session.stderr).toMatch(/^cbr: session not saved: EACCES, permission denied/);
    expect(existsSync(join(home, ".local"))).toBe(false);
  });
});

test.runIf(onLinux).each([20, 22, 24, 26, 28, 30, 34, 40])(
  "row 107: with %i descriptors it works or says why, and never hangs",
  async (limit) => {
    const bedrock = await mocked({ script: [{ text: "ok" }] });
    const run = await shell(`ulimit -n ${limit}; cbr invoke hi`, { env: bedrock.env });
    if (run.code === 0) expect(run.stdout).toBe("ok");
    else {
      expect([1, 3, 7, 11]).toContain(run.code);
      // Below some limit Node itself cannot start, in words of its own.
      if (/^cbr: /m.test(run.stderr)) {
        expect(run.stderr).toMatch(/^cbr: .*(EMFILE|too many open files)/m);
        expect(run.stderr).not.toMatch(/^ +at /m);
      } else expect(limit).toBeLessThan(22);
    }
  },
);

test.each(["C", "POSIX", "en_US.ISO-8859-1"])(
  "row 108: under LC_ALL=%s the bytes are the same UTF-8",
  async (locale) => {
    const bedrock = await mocked({ script: [{ text: "grün 😀 日本" }] });
    const run = await bedrock.cbr(["invoke", "größer?"], { env: { LC_ALL: locale, LANG: locale } });
    expect(run).toMatchObject({ code: 0, stdout: "grün 😀 日本", stderr: "" });
    expect(bedrock.body().messages[0].content.at(-1).text).toBe("größer?");
    expect((await bedrock.cbr(["models", "list", "--offline"], { env: { LC_ALL: locale } })).code).toBe(0);
  },
);
