// `--script`, `--deny`, `--latency` and `--rate` make the mock say and do what a test needs.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cbr, freshHome } from "../support/cbr.ts";
import { errorOf } from "../support/mocked.ts";

function mockWith(script: unknown, flags: string[], ...words: string[]) {
  const home = freshHome();
  const text = typeof script === "string" ? script : JSON.stringify(script);
  writeFileSync(join(home, "script.json"), text);
  return cbr(
    [
      "mock",
      "--script",
      "script.json",
      ...flags,
      "--",
      "cbr",
      "invoke",
      "-m",
      "opus-4.6",
      "--global",
      ...words,
    ],
    { home },
  );
}

describe("--script", () => {
  it("plays a text", async () => {
    expect(await mockWith([{ text: "Scripted 😀" }], [], "x")).toMatchObject({
      code: 0,
      stdout: "Scripted 😀",
    });
  });

  it("takes JSON Lines", async () => {
    const script = '{"status":429,"name":"ThrottlingException","message":"slow"}\n\n{"text":"then this"}\n';
    expect(await mockWith(script, [], "x")).toMatchObject({ code: 0, stdout: "then this" });
  });

  it("throttles for ever: exit 6", async () => {
    const script = [
      {
        status: 429,
        name: "ThrottlingException",
        message: "Too many tokens, please wait before trying again.",
      },
    ];
    const run = await mockWith(script, ["--log"], "x", "--max-attempts", "2");
    expect(run.code).toBe(6);
    expect(run.stderr).toContain("Too many tokens, please wait");
    expect(run.stderr.split("\n").filter((line) => line.startsWith('{"method"')).length).toBe(2);
  });

  it.each([
    ["ExpiredTokenException", 403, "credentials_expired", 4],
    ["ThrottlingException", 400, "throttled", 6],
    ["InternalFailure", 500, "internal_server_error", 6],
  ])("says %s for STS in the form of STS", async (name, status, code, exit) => {
    const home = freshHome();
    writeFileSync(
      join(home, "script.json"),
      JSON.stringify([{ path: "/", status, name, message: "in our words" }]),
    );
    const words = ["whoami", "--max-attempts", "1", "--error-format", "json"];
    const run = await cbr(["mock", "--script", "script.json", "--", "cbr", ...words], { home });
    expect(run.code).toBe(exit);
    expect(errorOf(run.stderr)).toMatchObject({ code, message: expect.stringContaining("in our words") });
  });

  it("breaks after the third word: exit 8 and three words", async () => {
    const script = [{ text: "One two three four five", after: 3, fault: "rst-between" }];
    expect(await mockWith(script, [], "x")).toMatchObject({ code: 8, stdout: "One two three" });
  });

  it.each([
    ["is not there", "missing.json", undefined],
    ["is not JSON", "script.json", "{"],
    ["has an unknown key", "script.json", '[{"texts":"x"}]'],
    ["names no fault", "script.json", '[{"fault":"meteor"}]'],
    ["has a header that none can be", "script.json", '[{"text":"x","headers":{"x-a":"b\\u0001"}}]'],
    ["has a header's name that none can be", "script.json", '[{"text":"x","headers":{"x a":"b"}}]'],
    ["has an exception's name that no header can hold", "script.json", '[{"status":400,"name":"A\\nB"}]'],
    ["has a status that none can be", "script.json", '[{"status":4000}]'],
  ])("that %s is exit 3", async (_what, file, text) => {
    const home = freshHome();
    if (text !== undefined) writeFileSync(join(home, file), text);
    const run = await cbr(["mock", "--script", file, "--", "true"], { home });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(file);
  });
});

describe("--deny", () => {
  it("refuses an action as IAM does: exit 4", async () => {
    const run = await cbr([
      "mock",
      "--deny",
      "bedrock:InvokeModel*",
      "--",
      "cbr",
      "invoke",
      "-m",
      "opus-4.6",
      "--global",
      "x",
    ]);
    expect(run.code).toBe(4);
    expect(run.stderr).toContain("is not authorized to perform: bedrock:InvokeModelWithResponseStream");
  });

  it("takes an action without its service", async () => {
    const run = await cbr(["mock", "--deny", "GetCallerIdentity", "--", "cbr", "whoami"]);
    expect(run.code).toBe(4);
    expect(run.stderr).toContain("is not authorized to perform: sts:GetCallerIdentity");
  });

  it("tells the operations of STS apart", async () => {
    const home = freshHome();
    mkdirSync(join(home, ".aws"));
    const role =
      "[profile r]\nrole_arn = arn:aws:iam::123456789012:role/Mock\ncredential_source = Environment\n";
    writeFileSync(join(home, ".aws/config"), role);
    const who = ["cbr", "whoami", "--profile", "r"];
    const allowed = await cbr(["mock", "--", ...who], { home });
    expect(allowed.stdout).toContain("assumed-role");
    const run = await cbr(["mock", "--deny", "sts:AssumeRole", "--", ...who], { home });
    expect(run.code).toBe(4);
    expect(run.stderr).toContain("not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::");
  });

  it("refuses to deny what does not exist, instead of denying nothing", async () => {
    const run = await cbr(["mock", "--deny", "bedrock:InvokeModle", "--", "echo", "ran"]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("did you mean `bedrock:InvokeModel`?");
  });
});

describe("--rate", () => {
  it("says the answer bit by bit: the first words are out before the last are sent", async () => {
    const run = mockWith([{ text: "One two three four five six" }], ["--rate", "20"], "x");
    const pieces: string[] = [];
    run.child.stdout?.on("data", (data) => pieces.push(String(data)));
    expect((await run).stdout).toBe("One two three four five six");
    expect(pieces.length).toBeGreaterThan(2);
  });
});
