// A hostile directory changes nothing, and nobody is called but the endpoints.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { TEST_API_KEY } from "../../../src/mock/credentials.ts";
import { cbr, freshHome, preload } from "../../support/cbr.ts";
import { faulty } from "../../support/fault-rows.ts";
import { startSilentListener } from "../../support/fault-server.ts";
import { mocked } from "../../support/mocked.ts";
import { shell } from "../../support/shell.ts";

/** What terminals obey, one of each kind. */

test("S9: a hostile working directory changes nothing", async () => {
  const attacker = await startSilentListener();
  onTestFinished(() => attacker.close());
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const cwd = freshHome();
  const pwned = join(cwd, "pwned");
  const toml = `endpoint_url = "${attacker.url}"\nregion = "eu-west-1"\nmodel = "opus"\nca_bundle = "x"\n`;
  for (const name of [
    ".cbrrc",
    ".cbr.toml",
    "cbr.toml",
    "config.toml",
    "cbr/config.toml",
    ".config/cbr/config.toml",
  ])
    plant(cwd, name, toml);
  plant(cwd, ".env", `AWS_ENDPOINT_URL=${attacker.url}\nHTTPS_PROXY=${attacker.url}\n`);
  for (const name of [".aws/config", "config", "credentials", ".aws/credentials"])
    plant(cwd, name, `[default]\nendpoint_url = ${attacker.url}\ncredential_process = touch ${pwned}\n`);
  plant(cwd, "package.json", '{"type":"module","imports":{"#x":"./evil.js"}}');
  const evil = `require("node:fs").writeFileSync(${JSON.stringify(pwned)}, "");`;
  for (const name of ["chalk", "commander", "ora", "@aws-sdk/credential-providers", "@smithy/core"])
    plant(cwd, `node_modules/${name}/index.js`, evil);
  for (const name of ["aws", "git", "node", "sh", "vi", "less", "pager", "security"]) {
    plant(cwd, name, `#!/bin/sh\ntouch ${pwned}\n`);
    chmodSync(join(cwd, name), 0o755);
  }
  for (const args of [
    ["invoke", "hi"],
    ["invoke", "--session", "a", "hi"],
    ["models", "list"],
    ["whoami"],
    ["doctor"],
    ["config", "show"],
  ]) {
    await bedrock.cbr(args, { cwd, home: freshHome() });
  }
  expect(existsSync(pwned)).toBe(false);
  expect(attacker.connections()).toBe(0);
  const run = await bedrock.cbr(["invoke", "hi"], { cwd, home: freshHome() });
  expect(run).toMatchObject({ code: 0, stdout: "ok", stderr: "" });
});

test("S8: a temporary file is exclusive, beside its target, of a name nobody can plant", async () => {
  const bedrock = await mocked({ script: [{ text: "ok", delay: 200 }] });
  const home = freshHome();
  const shim = join(freshHome(), "names.cjs");
  const log = join(home, "log");
  writeFileSync(
    shim,
    `const fs = require("node:fs"), real = fs.promises.open;
fs.promises.open = (path, flags, ...rest) => { if (String(path).endsWith(".tmp")) fs.appendFileSync(${JSON.stringify(log)}, path + " " + flags + "\\n"); return real(path, flags, ...rest); };
require("node:module").syncBuiltinESMExports();`,
  );
  for (let i = 0; i < 2; i++) await bedrock.cbr(["invoke", "-o", "out", "hi"], { home, env: preload(shim) });
  const [first, second] = readFileSync(log, "utf8").trim().split("\n");
  expect(first).not.toBe(second);
  for (const line of [first, second])
    expect(line).toMatch(new RegExp(`^${home}/\\.out\\.[0-9a-f]{12}\\.tmp wx$`));
});

test("S10: a bearer token leaves only over https or to this machine", async () => {
  for (const args of [
    ["invoke", "hi"],
    ["models", "check", "opus-4.6"],
  ]) {
    const run = await cbr(args, {
      env: {
        AWS_REGION: "us-east-1",
        AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY,
        AWS_ENDPOINT_URL: "http://192.0.2.1:9",
      },
    });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(/refusing to send a bearer token over plain HTTP/);
  }
});

test("S11: no flag and no setting turns the checking of certificates off", async () => {
  expect((await cbr(["invoke", "--insecure", "hi"])).code).toBe(2);
  const home = freshHome();
  for (const line of ["insecure = true", "verify = false", "tls_reject_unauthorized = 0"]) {
    plant(home, ".config/cbr/config.toml", `${line}\n`);
    const run = await cbr(["invoke", "hi"], { home, env: { AWS_REGION: "us-east-1" } });
    expect(run).toMatchObject({ code: 2, stdout: "" });
  }
});

test("S12: `@path` and `~` are text wherever they stand", async () => {
  const bedrock = await mocked();
  await bedrock.cbr(["invoke", "@/etc/passwd"], { stdin: "@/etc/passwd" });
  expect(bedrock.body().messages[0].content.map(({ text }: { text: string }) => text)).toEqual([
    "@/etc/passwd",
    "@/etc/passwd",
  ]);
});

test("S13: an editor is started without a shell", async () => {
  const home = freshHome();
  const run = await cbr(["config", "edit"], { home, env: { EDITOR: "true; touch pwned #" } });
  expect(run.code).not.toBe(1);
  expect(existsSync(join(home, "pwned"))).toBe(false);
});

test("S14: relative XDG directories are ignored", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const home = freshHome();
  const cwd = freshHome();
  const env = { XDG_STATE_HOME: "s", XDG_CONFIG_HOME: "k", XDG_CACHE_HOME: "c" };
  await bedrock.cbr(["invoke", "--session", "a", "hi"], { home, cwd, env });
  await bedrock.cbr(["models", "refresh"], { home, cwd, env });
  await bedrock.cbr(["config", "set", "model", "opus"], { home, cwd, env });
  expect(readdirSync(cwd)).toEqual([]);
  expect(readdirSync(home).sort()).toEqual([".cache", ".config", ".local"]);
});

test("S15: nobody is called but the endpoints", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const shim = join(freshHome(), "connect.cjs");
  const log = join(freshHome(), "log");
  writeFileSync(
    shim,
    `const net = require("node:net"), dns = require("node:dns"), fs = require("node:fs");
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) { const [o] = Array.isArray(args[0]) ? args[0] : args; fs.appendFileSync(${JSON.stringify(log)}, (o.host ?? o.path ?? "localhost") + "\\n"); return connect.apply(this, args); };
const lookup = dns.lookup; dns.lookup = (name, ...rest) => { fs.appendFileSync(${JSON.stringify(log)}, name + "\\n"); return lookup(name, ...rest); };`,
  );
  for (const args of [["invoke", "hi"], ["models", "list"], ["whoami"], ["count", "hi"]])
    await bedrock.cbr(args, { env: preload(shim) });
  expect(new Set(readFileSync(log, "utf8").trim().split("\n"))).toEqual(new Set(["127.0.0.1"]));
});

test("S16: keys named __proto__ and JSON of great depth do no harm", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
  for (const stdin of [
    '{"__proto__":{"polluted":1},"messages":[{"role":"user","content":"hi"}],"max_tokens":9}',
    `{"messages":${deep}}`,
    deep,
  ]) {
    for (const args of [
      ["invoke", "--body", "-"],
      ["convert", "--to", "converse"],
    ]) {
      const run = await bedrock.cbr(args, { stdin });
      expect([0, 2, 3, 5], run.stderr).toContain(run.code);
    }
  }
});

test("S17: memory is bounded in the worst of faults", async () => {
  for (const fault of ["len-huge", "html-200"]) {
    const server = await faulty([
      {
        fault,
        text: ["a", "b"],
        body: fault === "html-200" ? "<html>".repeat(3_000_000) : undefined,
      } as never,
    ]);
    const run = await shell(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
      'cbr invoke --max-attempts 1 hi & p=$!; peak=0; while kill -0 $p 2>/dev/null; do for q in $p $(cat /proc/$p/task/$p/children 2>/dev/null); do m=$(awk \'/VmHWM/{print $2}\' /proc/$q/status 2>/dev/null); [ "${m:-0}" -gt $peak ] && peak=$m; done; sleep 0.01; done; wait $p; echo " $? $peak"',
      { env: server.env },
    );
    const [, code, peak] = / (\d+) (\d+)\n$/.exec(run.stdout)?.map(Number) ?? [];
    expect([7, 8]).toContain(code);
    expect(peak).toBeLessThan(200_000);
  }
});

test("S22: a bug leaves one log without the environment in it, and no report of Node's, even where the user asks Node for some", async () => {
  const home = freshHome();
  const bomb = join(home, "bomb.cjs");
  writeFileSync(bomb, 'setTimeout(() => { throw new Error("boom") }, 400);');
  const reports = join(home, "reports");
  mkdirSync(reports);
  const server = await faulty([{ fault: "stall-mid", text: ["a", "b", "c", "d"] }]);
  const { NODE_OPTIONS = "", ...other } = preload(bomb);
  const run = await cbr(["invoke", "hi"], {
    home,
    env: {
      ...server.env,
      ...other,
      NODE_OPTIONS: `${NODE_OPTIONS} --report-uncaught-exception --report-directory=${reports}`,
      MY_SECRET: "canary-in-the-environment",
    },
  });
  expect(run).toMatchObject({ code: 1, stdout: "ab" });
  const [log, ...more] = filesUnder(home).filter((path) => path !== bomb);
  expect(more).toEqual([]);
  expect(run.stderr).toContain(`boom (details in ${log})`);
  expect(readFileSync(log ?? "", "utf8")).not.toMatch(/canary|MY_SECRET|AWS_SECRET_ACCESS_KEY/);
});

function plant(folder: string, name: string, text: string): void {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function filesUnder(folder: string): string[] {
  return (
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      // The compiled form of this program's own code.
      .filter((path) => !path.includes("/.cache/cbr/compiled/"))
  );
}
