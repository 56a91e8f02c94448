// Sessions that are killed, torn, crowded or planted: no whole turn is lost, nothing foreign is written through.
import { execFile, spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshHome, PROGRAM, preload } from "../../support/cbr.ts";
import { mocked } from "../../support/mocked.ts";
import { shell } from "../../support/shell.ts";

const folderOf = (home: string) => join(home, ".local/state/cbr/sessions");
const fileOf = (home: string, name = "tea") => join(folderOf(home), `${name}.jsonl`);

test("row 124: after kill -9 in a stream the prompt is there, shown as unanswered, and goes out again with the next", async () => {
  const home = freshHome();
  for (let after = 0; after < 4; after++) {
    const bedrock = await mocked({
      script: [{ text: ["a", "b", "c", "d", "e"], fault: "stall-mid", after }],
    });
    const running = bedrock.cbr(["invoke", "--session", `k${after}`, "one"], { home });
    if (after === 0) await expect.poll(() => bedrock.calls().length, { timeout: 8000 }).toBe(1);
    else await new Promise((resolve) => running.child.stdout?.once("data", resolve));
    running.child.kill("SIGKILL");
    expect((await running).signal).toBe("SIGKILL");

    const next = await mocked({ script: [{ text: "fine" }] });
    const listed = JSON.parse((await next.cbr(["sessions", "list", "--json"], { home })).stdout);
    expect(listed.find(({ name }: { name: string }) => name === `k${after}`)).toMatchObject({ turns: 0 });
    expect((await next.cbr(["sessions", "show", `k${after}`], { home })).stdout).toContain("one");
    expect(await next.cbr(["invoke", "--session", `k${after}`, "two"], { home })).toMatchObject({
      code: 0,
      stdout: "fine",
    });
  }
});

test("row 125: a torn last line costs itself alone, with one warning", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const home = freshHome();
  await bedrock.cbr(["invoke", "--session", "tea", "one"], { home });
  appendFileSync(fileOf(home), '{"type":"user","id":"x","conte');
  const run = await bedrock.cbr(["invoke", "--session", "tea", "two"], { home });
  expect(run.code).toBe(0);
  expect(run.stderr.match(/^warning: /gm)).toHaveLength(1);
  expect(bedrock.body(1).messages.map(({ role }: { role: string }) => role)).toEqual([
    "user",
    "assistant",
    "user",
  ]);
  const listed = JSON.parse((await bedrock.cbr(["sessions", "list", "--json"], { home })).stdout);
  expect(listed[0]).toMatchObject({ name: "tea", turns: 2 });
});

test("row 128: a second process on the same session is exit 12 at once, and takes over when the first was killed", async () => {
  const home = freshHome();
  const bedrock = await mocked({
    script: [{ text: ["a", "b", "c"], fault: "stall-mid", times: 1 }, { text: "ok" }],
  });
  const first = bedrock.cbr(["invoke", "--session", "tea", "one"], { home });
  await new Promise((resolve) => first.child.stdout?.once("data", resolve));
  const second = await bedrock.cbr(["invoke", "--session", "tea", "two"], { home });
  expect(second).toMatchObject({ code: 12, stdout: "" });
  first.child.kill("SIGKILL");
  await first;
  expect(await bedrock.cbr(["invoke", "--session", "tea", "three"], { home })).toMatchObject({
    code: 0,
    stdout: "ok",
  });
});

test.each(["../x", "a/b", ".hidden", "-x", "CON", "nul.txt", "x".repeat(65), "trailing.", "ü"])(
  "row 131: a session cannot be called %j",
  async (name) => {
    const bedrock = await mocked();
    const home = freshHome();
    const run = await bedrock.cbr(["invoke", `--session=${name}`, "hi"], { home });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(existsSync(join(home, ".local"))).toBe(false);
    expect(bedrock.mock.requests).toEqual([]);
  },
);

describe("row 132: a planted link is refused, and its target untouched:", () => {
  test.each([
    ["S8: the session", (home: string, victim: string) => symlinkSync(victim, fileOf(home))],
    ["its lock", (home: string, victim: string) => symlinkSync(victim, join(folderOf(home), "tea.lock"))],
  ])("%s", async (_, plant) => {
    const bedrock = await mocked();
    const home = freshHome();
    const victim = join(freshHome(), "victim");
    writeFileSync(victim, "precious");
    mkdirSync(folderOf(home), { recursive: true, mode: 0o700 });
    plant(home, victim);
    expect((await bedrock.cbr(["invoke", "--session", "tea", "hi"], { home })).code).toBe(11);
    expect(readFileSync(victim, "utf8")).toBe("precious");
    expect(bedrock.calls()).toEqual([]);
  });
});

test("row 134: of a session of 200 MB only what is sent is kept in memory", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const home = freshHome();
  await bedrock.cbr(["invoke", "--session", "tea", "one"], { home });
  const [header, ...turn] = readFileSync(fileOf(home), "utf8").trim().split("\n");
  const old = turn.join("\n").replace('"one"', JSON.stringify("x".repeat(100_000)));
  const clear = '{"type":"clear","at":"2026-01-01T00:00:00.000Z"}';
  writeFileSync(fileOf(home), `${header}\n`);
  for (let i = 0; i < 20; i++)
    appendFileSync(fileOf(home), `${Array(100).fill(`${old}\n${clear}`).join("\n")}\n`);
  expect(statSync(fileOf(home)).size).toBeGreaterThan(200e6);
  const script = `cbr invoke --session tea hi & p=$!; peak=0; while kill -0 $p 2>/dev/null; do m=$(awk '/VmHWM/{print $2}' /proc/$p/status 2>/dev/null); c=$(cat /proc/$p/task/$p/children 2>/dev/null); for q in $c; do n=$(awk '/VmHWM/{print $2}' /proc/$q/status 2>/dev/null); [ "\${n:-0}" -gt "\${m:-0}" ] && m=$n; done; [ "\${m:-0}" -gt $peak ] && peak=$m; sleep 0.02; done; wait $p; echo " $? $peak"`;
  const run = await shell(script, { env: { ...bedrock.env, XDG_STATE_HOME: join(home, ".local/state") } });
  const [, code, peak] = /(\d+) (\d+)\n$/.exec(run.stdout)?.map(Number) ?? [];
  expect(code, run.stderr).toBe(0);
  expect(peak).toBeLessThan(200_000);
  expect(bedrock.body(1).messages).toHaveLength(1);
});

test("row 135: after an incomplete reply the conversation alternates, and no half reply is sent", async () => {
  const home = freshHome();
  const bedrock = await mocked({
    script: [{ text: ["half ", "of ", "it"], fault: "clean-end-no-stop", times: 1 }, { text: "ok" }],
  });
  expect((await bedrock.cbr(["invoke", "--session", "tea", "one"], { home })).code).toBe(8);
  expect((await bedrock.cbr(["invoke", "--session", "tea", "two"], { home })).code).toBe(0);
  const { messages } = bedrock.body(1);
  expect(messages.map(({ role }: { role: string }) => role)).toEqual(["user"]);
  expect(JSON.stringify(messages)).not.toContain("half");
});

const hasStrace = spawnSync("strace", ["-V"]).status === 0 && spawnSync("strace", ["true"]).status === 0;
test.runIf(hasStrace)(
  "row 136: a turn is synced to disk before it counts, a file before it takes its name",
  async () => {
    const bedrock = await mocked({ script: [{ text: "ok" }] });
    const home = freshHome();
    const trace = join(home, "trace");
    const run = (args: string[]) => {
      const [node, ...rest] = [...PROGRAM, ...args] as [string, ...string[]];
      return new Promise<void>((resolve, reject) => {
        execFile(
          "strace",
          ["-f", "-o", trace, "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", node, ...rest],
          { env: { PATH: process.env["PATH"], HOME: home, ...bedrock.env }, cwd: home },
          (error) => (error ? reject(error) : resolve()),
        );
      });
    };
    await run(["invoke", "--no-stdin", "--session", "tea", "hi"]);
    expect(readFileSync(trace, "utf8").match(/fdatasync|fsync/g)?.length).toBeGreaterThanOrEqual(1);
    await run(["invoke", "--no-stdin", "-o", "answer", "hi"]);
    const calls = readFileSync(trace, "utf8").match(/\b(fsync|fdatasync|rename\w*)\(/g) ?? [];
    expect(calls.findIndex((call) => /sync/.test(call))).toBeGreaterThanOrEqual(0);
    expect(calls.findIndex((call) => /sync/.test(call))).toBeLessThan(
      calls.findIndex((call) => /rename/.test(call)),
    );
  },
);

test.each(["EPERM", "EBUSY", "EXDEV"])(
  "row 137: where a rename fails with %s for good, the old file is intact",
  async (code) => {
    const bedrock = await mocked({ script: [{ text: "new" }] });
    const home = freshHome();
    writeFileSync(join(home, "out"), "old");
    const shim = join(home, "shim.cjs");
    writeFileSync(
      shim,
      `const fs = require("node:fs"); const fail = (f, t) => { throw Object.assign(new Error("${code}: rename"), { code: "${code}", syscall: "rename" }); };
fs.promises.rename = async () => fail(); fs.renameSync = fail; fs.rename = (f, t, done) => { try { fail(); } catch (error) { done(error); } }; require("node:module").syncBuiltinESMExports();`,
    );
    const run = await bedrock.cbr(["invoke", "-o", "out", "hi"], {
      home,
      env: preload(shim),
    });
    expect(run).toMatchObject({ code: 11, stdout: "" });
    expect(readFileSync(join(home, "out"), "utf8")).toBe("old");
    expect(readdirSync(home).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  },
);

test.each(["EPERM", "EBUSY", "EACCES"])(
  "row 137: a rename that fails with %s for a moment is tried again, and the answer or the setting is there",
  async (code) => {
    const bedrock = await mocked({ script: [{ text: "new" }] });
    const home = freshHome();
    writeFileSync(join(home, "out"), "old");
    const shim = join(home, "shim.cjs");
    writeFileSync(
      shim,
      `const fs = require("node:fs"); let left = 3;
const held = () => { if (left-- > 0) throw Object.assign(new Error("${code}: rename"), { code: "${code}", syscall: "rename" }); };
const { renameSync } = fs; const rename = fs.promises.rename;
fs.renameSync = (from, to) => { held(); renameSync(from, to); }; fs.promises.rename = async (from, to) => { held(); await rename(from, to); };
require("node:module").syncBuiltinESMExports();`,
    );
    const options = { home, env: preload(shim) };
    expect(await bedrock.cbr(["invoke", "-o", "out", "hi"], options)).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(join(home, "out"), "utf8")).toBe("new");
    expect((await bedrock.cbr(["config", "set", "model", "opus"], options)).code).toBe(0);
    expect(readFileSync(join(home, ".config/cbr/config.toml"), "utf8")).toContain('model = "opus"');
    expect(readdirSync(join(home, ".config/cbr"))).toEqual(["config.toml"]);
  },
);
