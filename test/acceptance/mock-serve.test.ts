// Without a command `cbr mock` prints the environment for the shell and serves; with --background it returns.
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { cbr, type Running, type RunResult } from "../support/cbr.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function serve(
  args: string[] = [],
): Promise<{ run: Running; env: Record<string, string>; text: string }> {
  const run = cbr(["mock", ...args]);
  run.catch(() => {});
  cleanUps.push(() => run.child.kill("SIGKILL"));
  let text = "";
  while (!text.includes("unset AWS_CA_BUNDLE")) {
    const [data] = await once(run.child.stdout as NonNullable<typeof run.child.stdout>, "data");
    text += data;
  }
  return { run, env: exports(text), text };
}

function exports(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name as string, value as string]),
  );
}

const ask = (env: Record<string, string>, ...args: string[]) =>
  cbr(["invoke", "-m", "opus-4.6", "--global", ...args], { env });

describe("serving", () => {
  it("prints export and unset lines only, serves, and ends by Ctrl-C", async () => {
    const { run, env, text } = await serve();
    expect(
      text
        .trimEnd()
        .split("\n")
        .every((line) => /^(export \w+=\S+|unset \w+)$/.test(line)),
    ).toBe(true);
    for (const name of [
      "AWS_PROFILE",
      "AWS_SESSION_TOKEN",
      "AWS_BEARER_TOKEN_BEDROCK",
      "AWS_USE_FIPS_ENDPOINT",
    ]) {
      expect(text).toContain(`unset ${name}\n`);
    }
    expect((await ask(env, "Hello")).stdout).toContain('You said: "Hello".');
    run.child.kill("SIGINT");
    const result: RunResult = await run;
    expect(result.signal ?? result.code).toBe("SIGINT");
    expect(result.stderr).toContain("a local Bedrock listens on");
  });

  it("logs one JSON line a request, with no secret in it", async () => {
    const { run, env } = await serve(["--log", "--quiet"]);
    await ask(env, "a private prompt");
    run.child.kill("SIGTERM");
    const { stderr } = await run;
    const [line] = stderr.split("\n").filter((text) => text.startsWith("{"));
    expect(JSON.parse(line as string)).toMatchObject({
      method: "POST",
      path: "/model/global.anthropic.claude-opus-4-6-v1/invoke-with-response-stream",
      action: "bedrock:InvokeModelWithResponseStream",
      status: 200,
    });
    expect(stderr).not.toContain(env["AWS_ACCESS_KEY_ID"]);
    expect(stderr).not.toContain("private");
  });

  it("takes the port it is given, and says when it is taken", async () => {
    const { env } = await serve();
    const port = new URL(env["AWS_ENDPOINT_URL"] as string).port;
    const run = await cbr(["mock", "--port", port]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain(`port ${port} is in use`);
  });

  it("goes to the background, says its process id and lives on", async () => {
    const run = await cbr(["mock", "--background"]);
    const env = exports(run.stdout);
    const pid = Number(env["CBR_MOCK_PID"]);
    cleanUps.push(() => process.kill(pid));
    expect(run.code).toBe(0);
    expect((await ask(env, "Hello")).code).toBe(0);
  });

  it("refuses a bad port, a bad number and a command with --background", async () => {
    expect((await cbr(["mock", "--port", "99999"])).code).toBe(2);
    expect((await cbr(["mock", "--latency", "1e3"])).code).toBe(2);
    expect((await cbr(["mock", "--background", "--", "true"])).code).toBe(2);
  });
});
