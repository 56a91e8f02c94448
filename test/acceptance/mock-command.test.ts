// `cbr mock -- COMMAND` runs a command against a local Bedrock and is otherwise not there.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cbr, freshHome, PROGRAM, preload } from "../support/cbr.ts";

const node = (code: string) => [process.execPath, "-e", code];
const envOf = async (env: Record<string, string | undefined>, flags: string[] = []) => {
  const run = await cbr(["mock", ...flags, "--", ...node("console.log(JSON.stringify(process.env))")], {
    env,
  });
  return JSON.parse(run.stdout) as Record<string, string | undefined>;
};

describe("the command", () => {
  it("gets its streams and passes its exit code on, and nothing is added", async () => {
    const run = await cbr(["mock", "--", "sh", "-c", "cat; echo err >&2; exit 7"], { stdin: "in" });
    expect(run).toMatchObject({ code: 7, stdout: "in", stderr: "err\n" });
  });

  it("that dies by a signal is 128 and its number", async () => {
    expect((await cbr(["mock", "--", "sh", "-c", "kill -9 $$"])).code).toBe(137);
  });

  it("that does not exist is 127, one that cannot be run 126", async () => {
    const run = await cbr(["mock", "--", "no-such-command"]);
    expect(run.code).toBe(127);
    expect(run.stderr).toBe("cbr: `no-such-command`: command not found\n");
    const home = freshHome();
    writeFileSync(join(home, "data"), "x");
    expect((await cbr(["mock", "--", "./data"], { home })).code).toBe(126);
  });

  it("finds this very cbr first on its PATH", async () => {
    const home = freshHome();
    mkdirSync(join(home, "bin"));
    writeFileSync(join(home, "bin/cbr"), "#!/bin/sh\necho wrong\n", { mode: 0o755 });
    const env = { PATH: `${join(home, "bin")}:${process.env["PATH"]}` };
    const run = await cbr(["mock", "--", "cbr", "--version"], { env });
    expect(run.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("asks Claude without an account and without a network", async () => {
    const run = await cbr(["mock", "--", "cbr", "invoke", "-m", "opus-4.6", "--global", "Hello"]);
    expect(run).toMatchObject({
      code: 0,
      stdout: 'Hello from global.anthropic.claude-opus-4-6-v1! You said: "Hello".',
    });
  });

  it("is passed SIGTERM on", async () => {
    const run = cbr([
      "mock",
      "--",
      "sh",
      "-c",
      'trap "echo got it; exit 0" TERM; echo ready; sleep 10 >/dev/null 2>&1 & wait',
    ]);
    run.child.stdout?.once("data", () => run.child.kill("SIGTERM"));
    expect((await run).stdout).toBe("ready\ngot it\n");
  });

  it.each(["SIGTERM", "SIGHUP"] as const)("decides the exit code when %s ends it", async (signal) => {
    const trap = `trap "exit 7" ${signal.slice(3)}; echo ready; sleep 10 >/dev/null 2>&1 & wait`;
    const run = cbr(["mock", "--", "sh", "-c", trap]);
    run.child.stdout?.once("data", () => run.child.kill(signal));
    expect(await run).toMatchObject({ code: 7, stderr: "" });
  });

  it("that a passed SIGTERM ends is 143", async () => {
    const run = cbr(["mock", "--", "sh", "-c", "echo ready; exec sleep 10"]);
    run.child.stdout?.once("data", () => run.child.kill("SIGTERM"));
    expect(await run).toMatchObject({ code: 143, signal: null });
  });

  it("is passed SIGINT on when no terminal does it, and decides the exit code", async () => {
    const run = cbr([
      "mock",
      "--",
      "sh",
      "-c",
      'trap "exit 5" INT; echo ready; sleep 10 >/dev/null 2>&1 & wait',
    ]);
    run.child.stdout?.once("data", () => run.child.kill("SIGINT"));
    expect((await run).code).toBe(5);
  });
});

describe("its environment", () => {
  it("points at the mock and has a test key", async () => {
    const env = await envOf({});
    expect(env["AWS_ENDPOINT_URL"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(env["AWS_ENDPOINT_URL_BEDROCK_MANTLE"]).toBe(`${env["AWS_ENDPOINT_URL"]}/mantle`);
    expect(env).toMatchObject({
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      AWS_SECRET_ACCESS_KEY: expect.stringMatching(/^.{40}$/),
      AWS_EC2_METADATA_DISABLED: "true",
      NO_PROXY: expect.stringContaining("127.0.0.1"),
    });
  });

  it.runIf(process.platform !== "win32")(
    "needs a directory for `cbr`, and says where there is none",
    async () => {
      const run = await cbr(["mock", "--", "true"], { env: { TMPDIR: "/dev/null/none" } });
      expect(run.code).toBe(11);
      expect(run.stderr).toMatch(/^cbr: cannot make a directory in `.dev.null.none`.*\nhint: set `TMPDIR`/);
    },
  );

  it.runIf(process.platform !== "win32")("may stay behind: what the command said counts", async () => {
    const hook = join(freshHome(), "hook.cjs");
    writeFileSync(hook, `require("node:fs/promises").rm = async () => { throw new Error("EBUSY"); };`);
    const run = await cbr(["mock", "--", "sh", "-c", "exit 3"], { env: preload(hook) });
    expect(run).toMatchObject({ code: 3, stderr: "" });
  });

  it.runIf(PROGRAM.length === 1)("needs no shell for the executable's `cbr`", async () => {
    const run = await cbr(["mock", "--", "sh", "-c", 'readlink "$(command -v cbr)"']);
    expect(run.stdout).toBe(`${PROGRAM[0]}\n`);
  });

  it("lets nothing hostile in", async () => {
    const hostile = [
      "AWS_PROFILE",
      "AWS_SESSION_TOKEN",
      "AWS_CREDENTIAL_EXPIRATION",
      "AWS_ACCOUNT_ID",
      "AWS_BEARER_TOKEN_BEDROCK",
      "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
      "AWS_ENDPOINT_URL_BEDROCK",
      "AWS_ENDPOINT_URL_STS",
      "AWS_ENDPOINT_URL_SSO",
      "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
      "AWS_USE_FIPS_ENDPOINT",
      "AWS_USE_DUALSTACK_ENDPOINT",
      "AWS_CA_BUNDLE",
      "CBR_REGION",
      "CBR_ENDPOINT_URL",
    ];
    const given = Object.fromEntries(hostile.map((name) => [name, "hostile"]));
    const env = await envOf({
      ...given,
      AWS_ENDPOINT_URL: "https://elsewhere.example",
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIAREAL",
      NO_PROXY: "internal.example",
      HTTPS_PROXY: "http://127.0.0.1:9",
    });
    expect(Object.keys(env).filter((name) => hostile.includes(name))).toEqual([]);
    expect(env["AWS_ENDPOINT_URL"]).toMatch(/^http:\/\/127/);
    expect(env["AWS_REGION"]).toBe("us-east-1");
    expect(env["AWS_ACCESS_KEY_ID"]).not.toBe("AKIAREAL");
    expect(env["NO_PROXY"]).toBe("127.0.0.1,localhost,internal.example");
    expect(JSON.stringify(env)).not.toContain("hostile");
  });

  it("has the region of --region", async () => {
    expect((await envOf({}, ["--region", "eu-west-1"]))["AWS_REGION"]).toBe("eu-west-1");
  });
});
