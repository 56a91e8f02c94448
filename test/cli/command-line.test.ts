import { Command } from "commander";
import { expect, test } from "vitest";
import { helpAsFlag, readCommandLine } from "../../src/cli/command-line.ts";
import { optionalValueFlag } from "../../src/cli/flags.ts";

function program(): Command {
  const root = new Command("cbr").option("--region <region>").option("-q, --quiet");
  root
    .command("invoke [prompt...]")
    .option("-m, --model <model>")
    .option("-s, --system <text>")
    .option("-u, --usage")
    .addOption(optionalValueFlag("--cache <time>", "", "5m"));
  const models = root.command("models");
  models.command("list [term]", { isDefault: true }).option("--json").option("--sort <key>");
  models.command("show <model>");
  root.command("mock [words...]");
  return root;
}
const words = (...argv: string[]) => readCommandLine(program(), argv).words;

test("the command comes first and every value is joined to its flag", () => {
  expect(words("-q", "--region", "us-east-1", "invoke", "-m", "opus", "hi")).toEqual([
    "invoke",
    "-q",
    "--region=us-east-1",
    "--model=opus",
    "hi",
  ]);
});

test("a value that looks like a shared flag stays a value", () => {
  expect(words("invoke", "-s", "-q", "hi")).toEqual(["invoke", "--system=-q", "hi"]);
  expect(words("invoke", "-s", "--cache", "hi")).toEqual(["invoke", "--system=--cache", "hi"]);
});

test("short flags in one word", () => {
  expect(words("invoke", "-qum", "opus")).toEqual(["invoke", "-q", "-u", "--model=opus"]);
  expect(words("invoke", "-mopus", "-s=brief")).toEqual(["invoke", "--model=opus", "--system=brief"]);
  expect(words("invoke", "-umx=y")).toEqual(["invoke", "-u", "--model=x=y"]);
});

test("an optional value never swallows the next word", () => {
  expect(words("invoke", "--cache", "hi")).toEqual(["invoke", "--cache=5m", "hi"]);
  expect(words("invoke", "--cache=1h", "hi")).toEqual(["invoke", "--cache=1h", "hi"]);
});

test("a verb is found behind flags, and a term is none", () => {
  expect(words("models", "--json", "list", "opus")).toEqual(["models", "list", "--json", "opus"]);
  expect(words("models", "--sort", "show", "opus")).toEqual(["models", "--sort=show", "opus"]);
});

test("nothing after -- is touched", () => {
  expect(words("mock", "-q", "--", "cbr", "-m", "", "--cache")).toEqual([
    "mock",
    "-q",
    "--",
    "cbr",
    "-m",
    "",
    "--cache",
  ]);
  expect(words("--", "invoke", "-m")).toEqual(["invoke", "--", "-m"]);
});

test.each([
  [["invoke", "-m", ""]],
  [["invoke", "--model="]],
  [["invoke", "--cache="]],
  [["--region", "", "invoke"]],
])("an empty value is refused: %j", (argv) => {
  expect(() => words(...argv)).toThrow(expect.objectContaining({ code: "bad_flag_value" }));
});

test("an unknown first word is no command; after an unknown flag it may be a value", () => {
  expect(() => words("invok")).toThrow(expect.objectContaining({ code: "unknown_command" }));
  expect(words("--api-key", "SECRET", "invoke")).toContain("SECRET");
});

test("a missing value is left for the parser to complain of", () => {
  expect(words("invoke", "hi", "-m")).toEqual(["invoke", "hi", "--model"]);
});

test("help before a command is --help behind it", () => {
  const { options } = program();
  expect(helpAsFlag(["help", "models", "list"], options)).toEqual(["models", "list", "--help"]);
  expect(helpAsFlag(["-q", "help"], options)).toEqual(["-q", "--help"]);
  expect(helpAsFlag(["invoke", "help"], options)).toEqual(["invoke", "help"]);
});
