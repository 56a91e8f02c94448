import { expect, test } from "vitest";
import { cbr } from "../support/cbr.ts";

test("a code of cbr is explained in lines a person can read", async () => {
  const run = await cbr(["explain", "throttled"]);
  expect(run.code).toBe(0);
  expect(run.stderr).toBe("");
  expect(run.stdout).toMatch(/^code +throttled\n/);
  expect(run.stdout).toMatch(/\nexit code +6 \(busy/);
  for (const label of ["what", "why", "next step", "try again"]) expect(run.stdout).toContain(`\n${label}  `);
  expect(run.stdout).not.toContain("\u001b");
});

test("--json has the shape of the contract", async () => {
  const run = await cbr(["explain", "--json", "ThrottlingException"]);
  expect(run.code).toBe(0);
  expect(JSON.parse(run.stdout)).toEqual({
    code: "throttled",
    exit_code: 6,
    message: expect.any(String),
    cause: expect.any(String),
    fix: expect.any(String),
    retryable: true,
  });
  expect(run.stdout.trim().split("\n")).toHaveLength(1);
});

test.each([
  [["403"], "access_denied"],
  [["HTTP", "503"], "service_unavailable"],
  [["AccessDeniedException"], "access_denied"],
  [["Too", "many", "tokens", "per", "day,", "please", "wait"], "daily_quota"],
  [["The provided model identifier is invalid."], "model_not_found"],
  [["cbr: the stream ended early (no stop event)", "the answer began and did not finish"], "incomplete"],
])("%j", async (words, code) => {
  const run = await cbr(["explain", "--json", ...words]);
  expect(JSON.parse(run.stdout).code).toBe(code);
});

test("a log is read from stdin, whole", async () => {
  const log = [
    "2026-11-20 10:00:00 INFO starting",
    "botocore.errorfactory.AccessDeniedException: An error occurred (AccessDeniedException) when calling the InvokeModel operation: You don\u2019t have access to the model with the specified model ID.",
    "",
  ].join("\n");
  for (const args of [
    ["explain", "--json"],
    ["explain", "--json", "-"],
  ]) {
    const run = await cbr(args, { stdin: log });
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout).code).toBe("model_access_denied");
  }
});

test("colours in a log are no part of its words", async () => {
  const run = await cbr(["explain", "--json"], {
    stdin: "\u001b[31mThrottlingException\u001b[0m: \u001b[1mslow\u001b[m\n",
  });
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(run.stdout).code).toBe("throttled");
});

test("the JSON error that cbr itself printed is understood", async () => {
  const line = `{"type":"error","error":{"code":"geo_guard","message":"x","hint":null,"exit_code":13,"retryable":false,"aws":null}}\n`;
  const run = await cbr(["explain", "--json"], { stdin: line });
  expect(JSON.parse(run.stdout)).toMatchObject({ code: "geo_guard", exit_code: 13 });
});

test("what nobody knows is exit 2, with the nearest code", async () => {
  const near = await cbr(["explain", "throtled"]);
  expect(near).toMatchObject({ code: 2, stdout: "" });
  expect(near.stderr).toContain("did you mean `throttled`?");
  const far = await cbr(["explain", "--error-format", "json", "xyzzy plugh"]);
  expect(far.code).toBe(2);
  expect(JSON.parse(far.stderr).error).toMatchObject({ code: "unknown_error", exit_code: 2 });
});

test("nothing to explain is exit 2 at once", async () => {
  expect(await cbr(["explain"])).toMatchObject({ code: 2, stdout: "" });
  expect(await cbr(["explain"], { stdin: " \n" })).toMatchObject({ code: 2, stdout: "" });
});

test("a number that is only an exit code is told as one", async () => {
  const run = await cbr(["explain", "4"]);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain("credentials missing, expired, or access denied");
});

test("a key in a pasted log is not repeated", async () => {
  const text = "AccessDeniedException: model sk-ant-api03-canarycanarycanary is not known";
  for (const args of [["explain"], ["explain", "--json"], ["explain", "--debug"]]) {
    const run = await cbr(args, { stdin: text });
    expect(run.stdout + run.stderr).not.toContain("canarycanary");
  }
});
