import { describe, expect, test } from "vitest";
import { cbr } from "../support/cbr.ts";

const DRY = ["--dry-run", "--region", "us-east-1"];

/** What `cbr invoke` would send, as its prompt. */
async function prompt(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cbr(args);
  expect(stderr.replace(/^(note|warning): .*\n/gm, "")).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout).body.messages[0].content.at(-1).text;
}

describe("help is an answer, not an error", () => {
  test.each([[[]], [["help"]], [["--help"]], [["-h"]], [["-q"]], [["help", "help"]]])(
    "cbr %j",
    async (args) => {
      const { code, stdout, stderr } = await cbr(args);
      expect(stdout).toMatch(/^Usage: cbr <command>/);
      expect(stdout).toMatch(/^ {2}invoke /m);
      expect(stdout.split("Begin with:")[1]).toContain('cbr mock -- cbr invoke "Hello"');
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    },
  );

  test("of a command, asked for in three ways, names its flags and the shared ones", async () => {
    const [one, two, three] = await Promise.all([
      cbr(["help", "invoke"]),
      cbr(["invoke", "--help"]),
      cbr(["--region", "us-east-1", "invoke", "-h", "anything"]),
    ]);
    expect(one.stdout).toMatch(/^Usage: cbr invoke/);
    expect(one.stdout).toContain("--dry-run[=");
    expect(one.stdout).toContain("--endpoint-url");
    expect(two.stdout).toBe(one.stdout);
    expect(three.stdout).toBe(one.stdout);
    expect([one.code, two.code, three.code]).toEqual([0, 0, 0]);
  });

  test("a bare noun prints its verbs", async () => {
    const { code, stdout, stderr } = await cbr(["config", "-q"]);
    expect(stdout).toMatch(/^Usage: cbr config/);
    expect(stdout).toContain("\n\nShow settings and where each comes from; change the config file.\n\n");
    expect(stdout).toMatch(/^ {2}show /m);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("--version", async () => {
    expect(await cbr(["--version"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe("what is not known is exit 2 with the nearest that is", () => {
  test.each([
    [["Hello"], /`Hello` is not a command\nhint: .*`cbr invoke`/],
    [["explain the code in main.ts"], /is not a command\nhint: .*`cbr invoke`/],
    [["invok", "hi"], /`invok` is not a command\nhint: did you mean `cbr invoke`\?/],
    [["login"], /`login` is not a command\nhint: `aws sso login` or `aws configure` signs in/],
    [["version"], /`version` is not a command\nhint: did you mean `cbr --version`\?/],
    [["help", "confg"], /`confg` is not a command\nhint: did you mean `cbr config`\?/],
    [["config", "sohw"], /`sohw` is not a command of `cbr config`\nhint: did you mean `cbr config show`\?/],
    [["config", "zzz"], /hint: there are `show`/],
    [["invoke", "--modle", "opus", "hi"], /unknown flag `--modle`\nhint: did you mean `--model`\?/],
    [["config", "show", "--regoin=x"], /unknown flag `--regoin`\nhint: did you mean `--region`\?/],
    [["--bogus", "invoke", "hi"], /unknown flag `--bogus`/],
    [["invoke", "-the bug"], /unknown flag `-t`\nhint: a prompt that starts with `-` goes after `--`/],
    [["config", "show", "--json=yes"], /`--json` takes no value/],
    [["config", "show", "extra"], /too many words after `cbr config show`/],
    [
      ["chat", "--global", "hello", "there"],
      /too many words after `cbr chat`\nhint: .*`cbr invoke "hello there"`\n$/,
    ],
    [["chat", 'say "$HOME"'], /too many words after `cbr chat`\nhint: .*`cbr invoke "Hello"`\n$/],
    [["config", "get"], /`cbr config get` needs KEY/],
  ])("cbr %j", async (args, message) => {
    const { code, stdout, stderr } = await cbr(args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test.each([
    [["invoke", "--api-key=hunter2-hunter2", "hi"]],
    [["--api-key", "hunter2-hunter2", "invoke", "hi"]],
    [["invoke", "-khunter2-hunter2", "hi"]],
    [["whoami", "--token", "hunter2-hunter2"]],
  ])("and never with its value: cbr %j", async (args) => {
    const { code, stderr } = await cbr(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/unknown flag `-/);
    expect(stderr).not.toContain("hunter2");
  });
});

describe("row 123: values of flags", () => {
  test.each([
    [["invoke", "-m", "", "hi"], "`--model` needs a value"],
    [["invoke", "--model=", "hi"], "`--model` needs a value"],
    [["--region=", "config", "show"], "`--region` needs a value"],
    [["config", "show", "--profile", ""], "`--profile` needs a value"],
    [["invoke", "--dry-run=", "hi"], "`--dry-run` needs a value"],
    [["invoke", "hi", "-m"], "`--model` needs a value"],
    [
      ["config", "show", "--color", "blue"],
      "`--color` cannot be `blue`: it must be `auto`, `always` or `never`",
    ],
    [["config", "show", "--timeout", "-1"], "`--timeout` must be a decimal number of seconds"],
    ...["1e6", "-1", "NaN", "0x10", "10k"].map((text): [string[], string] => [
      ["invoke", ...DRY, `--max-tokens=${text}`, "hi"],
      "--max-tokens",
    ]),
  ])("cbr %j is exit 2", async (args, message) => {
    const { code, stdout, stderr } = await cbr(args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("given twice, the last one holds", async () => {
    const { stdout } = await cbr(["config", "show", "--json", "--region", "us-east-1", "--region=eu-west-1"]);
    expect(JSON.parse(stdout)).toContainEqual({ name: "region", value: "eu-west-1", source: "--region" });
  });
});

describe("flags and prompt in any order", () => {
  test("before the command, before and after the prompt", async () => {
    expect(await prompt("--region", "us-east-1", "invoke", "--dry-run", "one", "-m", "opus-4.6", "two")).toBe(
      "one two",
    );
  });

  test("an optional value never swallows the prompt", async () => {
    expect(await prompt("invoke", "--region=us-east-1", "--dry-run", "Hello")).toBe("Hello");
  });

  test("row 121: -- ends the flags", async () => {
    expect(await prompt("invoke", ...DRY, "--", "--json", "-m", "--help")).toBe("--json -m --help");
    expect(await prompt("invoke", ...DRY, "a", "--", "--", "b")).toBe("a -- b");
  });

  test("a flag's value may look like a shared flag", async () => {
    const { code, stdout } = await cbr(["invoke", ...DRY, "-s", "-q", "hi"]);
    expect(code).toBe(0);
    expect(JSON.stringify(JSON.parse(stdout).body.system)).toContain("-q");
  });
});

describe("contradictions are exit 2", () => {
  test.each([
    [["--global", "--geo", "eu"], "`--global`"],
    [["--json", "--output-format", "text"], "`--json`"],
    [["-s", "a", "--system-file", "b"], "`--system-file`"],
  ])("%j", async (flags, message) => {
    const { code, stderr } = await cbr(["invoke", ...DRY, ...flags, "hi"]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe("errors as JSON", () => {
  test.each([
    [["--error-format", "json", "config", "shwo"], {}],
    [["config", "shwo", "--error-format=json"], {}],
    [["invoke", "--output-format", "stream-json", "--max-tokens", "x", "hi"], {}],
    [["config", "show", "--json", "--region", "x"], {}],
    [["config", "shwo"], { CBR_ERROR_FORMAT: "json" }],
    [["invoke", "--max-tokens", "x", "hi"], { CBR_OUTPUT_FORMAT: "json" }],
  ])("cbr %j %j", async (args, env) => {
    const { code, stderr } = await cbr(args, { env });
    const last = JSON.parse(stderr.trim().split("\n").at(-1) ?? "");
    expect(last).toMatchObject({ type: "error", error: { exit_code: 2, retryable: false, aws: null } });
    expect(code).toBe(2);
  });

  test("a value that says --json asks for nothing", async () => {
    const { stderr } = await cbr(["invoke", "-s", "--json", "--geo", "mars", "hi"]);
    expect(stderr).toMatch(/^cbr: /);
  });
});
