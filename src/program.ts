// The list of commands, in the order of help. A command's module is loaded only when it is the one typed.
import { Command, Option } from "commander";
import { firstOperand } from "./cli/command-line.ts";
import type { Context } from "./cli/context.ts";
import { termOf } from "./cli/flags.ts";
import { formatHelp } from "./cli/help.ts";
import { unknownCommand } from "./cli/usage.ts";
import { VERSION } from "./core/version.ts";
import { AUTH_MODES, COLOR_MODES, ERROR_FORMATS } from "./settings/settings.ts";

interface Entry {
  name: string;
  summary: string;
  load: () => Promise<(context: Context) => Command>;
}

export const COMMANDS: readonly Entry[] = [
  {
    name: "invoke",
    summary: "ask Claude one thing",
    load: async () => (await import("./commands/invoke/command.ts")).invokeCommand,
  },
  {
    name: "chat",
    summary: "talk with Claude",
    load: async () => (await import("./commands/chat/command.ts")).chatCommand,
  },
  {
    name: "models",
    summary: "list, show and check models",
    load: async () => (await import("./commands/models/index.ts")).modelsCommand,
  },
  {
    name: "whoami",
    summary: "show the account and principal in use",
    load: async () => (await import("./commands/whoami.ts")).whoamiCommand,
  },
  {
    name: "doctor",
    summary: "check every link of the chain and say what is broken",
    load: async () => (await import("./commands/doctor/command.ts")).doctorCommand,
  },
  {
    name: "count",
    summary: "count input tokens, and say what a request would cost",
    load: async () => (await import("./commands/count.ts")).countCommand,
  },
  {
    name: "convert",
    summary: "convert a request between Anthropic's API and Bedrock's",
    load: async () => (await import("./commands/convert.ts")).convertCommand,
  },
  {
    name: "logging",
    summary: "show, enable or disable invocation logging",
    load: async () => (await import("./commands/logging.ts")).loggingCommand,
  },
  {
    name: "access",
    summary: "show or request access to a model",
    load: async () => (await import("./commands/access/index.ts")).accessCommand,
  },
  {
    name: "explain",
    summary: "say what an error means and what to do",
    load: async () => (await import("./commands/explain.ts")).explainCommand,
  },
  {
    name: "iam",
    summary: "print the least-privilege policy for a model",
    load: async () => (await import("./commands/iam.ts")).iamCommand,
  },
  {
    name: "sessions",
    summary: "list, read and tidy saved conversations",
    load: async () => (await import("./commands/sessions/sessions.ts")).sessionsCommand,
  },
  {
    name: "config",
    summary: "show settings and where each comes from",
    load: async () => (await import("./commands/config/config.ts")).configCommand,
  },
  {
    name: "completion",
    summary: "complete commands, flags, models and sessions in your shell",
    load: async () => (await import("./commands/completion/command.ts")).completionCommand,
  },
  {
    name: "mock",
    summary: "run a local Bedrock, or a command against one",
    load: async () => (await import("./commands/mock.ts")).mockCommand,
  },
];

/** The name of the command in `argv`: its first word that is neither a shared flag nor such a flag's value. */
export function typedCommand(argv: readonly string[]): string | null {
  const at = firstOperand(argv, 0, sharedFlags());
  return at === null ? null : (argv[at] ?? null);
}

/** The flags that every command takes, before or after its name. */
export function sharedFlags(): readonly Option[] {
  known ??= everywhere();
  return known;
}

let known: readonly Option[] | undefined;

/** The flags of every command that talks to AWS; they may stand before or after the command's name. */
function everywhere(): readonly Option[] {
  return new Command()
    .option("--profile <name>", "AWS profile, and `[profile.NAME]` of the config file")
    .option("--region <region>", "AWS Region to call")
    .option("--endpoint-url <url>", "endpoint of the command's main service")
    .addOption(new Option("--auth <mode>", "which credentials to use").choices(AUTH_MODES))
    .option("--api-key-file <path>", "read the Bedrock API key from a file, or from stdin with `-`")
    .option("--ca-bundle <path>", "PEM file of certificate authorities to trust as well")
    .option("--connect-timeout <seconds>", "time to connect; 0 is off (default 5)")
    .option("--timeout <seconds>", "time for everything; 0 is off (default 3600)")
    .option("--max-attempts <n>", "how often a request may be sent in all (default 3)")
    .option("-q, --quiet", "no notices, warnings or spinner")
    .option("-v, --verbose", "say what is chosen and why")
    .option("--debug", "say everything, secrets removed")
    .addOption(new Option("--color <when>", "colours on a terminal").choices(COLOR_MODES))
    .addOption(new Option("--error-format <format>", "how an error looks on stderr").choices(ERROR_FORMATS))
    .options;
}

/** The program with every command known by name and only `typed` loaded in full; `"*"` loads all of them. */
export async function buildProgram(context: Context, typed: string | null): Promise<Command> {
  const program = new Command("cbr");
  for (const flag of sharedFlags()) program.addOption(flag);
  program
    .description("Claude on Amazon Bedrock, from the command line")
    .usage("<command> [flags]")
    .version(VERSION, "-V, --version", "print the version")
    .helpCommand("help [command]", "explain a command")
    .addHelpText("after", BEGIN)
    .argument("[command]")
    .argument("[words...]")
    .action((word: string | undefined) => {
      if (word !== undefined)
        throw unknownCommand(
          word,
          COMMANDS.map((entry) => entry.name),
        );
      program.outputHelp();
    });
  for (const entry of COMMANDS) {
    const isTyped = typed === "*" || typed === entry.name;
    const command = isTyped ? (await entry.load())(context) : new Command(entry.name);
    program.addCommand(command.summary(entry.summary));
  }
  configureHelp(program);
  return program;
}

const BEGIN = `
Begin with:
  cbr mock -- cbr invoke "Hello"             no account needed: a local Bedrock
  cbr invoke -m opus-4.6 --global "Hello"    with your account
  cbr doctor                                 when that fails: what is missing`;

function configureHelp(command: Command): void {
  command.configureHelp({ optionTerm: termOf, formatHelp });
  for (const child of command.commands) configureHelp(child);
}

/** The hidden `__complete SHELL WORDS…` of the completion scripts. */
export async function completeWords(context: Context, [shell, ...words]: readonly string[]): Promise<void> {
  if (shell !== "bash" && shell !== "zsh" && shell !== "fish") return;
  const about = words.slice(wordsBeforeCommand(words));
  const program = await buildProgram(context, typedCommand(about.slice(0, -1)));
  const { complete } = await import("./commands/completion/complete.ts");
  await complete(context, program, shell, about);
}

/** How many of `words` come before those of a command: `cbr help` takes a command, and `cbr mock -- cbr` a whole line. */
function wordsBeforeCommand(words: readonly string[]): number {
  if (words[0] === "help" && words.length > 1) return 1;
  const inner = words.indexOf("--") + 2;
  return words[0] === "mock" && words[inner - 1] === "cbr" && words.length > inner ? inner : 0;
}
