// Host in, exit code out. The one place where an error becomes text and a number.
import type { Command, CommanderError } from "commander";
import { helpAsFlag, readCommandLine } from "./cli/command-line.ts";
import type { Context } from "./cli/context.ts";
import { Report } from "./cli/report.ts";
import { usageError } from "./cli/usage.ts";
import { CbrError, ExitCode, Interrupted, ReaderGone } from "./core/errors.ts";
import { secretsOf } from "./core/redact.ts";
import type { Host } from "./host/host.ts";
import { ioStreams } from "./host/streams.ts";
import { buildProgram, sharedFlags, typedCommand } from "./program.ts";
import { wire } from "./wiring.ts";

/** Runs the program on `host` and says how it should end. Never throws and never exits. */
export async function main(host: Host): Promise<number> {
  const stop = new AbortController();
  const io = ioStreams(host, () => stop.abort(new ReaderGone()));
  const report = new Report(io, secretsOf(host.env));
  const cleanUps: (() => void | Promise<void>)[] = [];
  const context = wire(host, io, report, stop, cleanUps);
  readEarlyFlags(host.argv, host, context);
  host.onCrash((error) => {
    report.error(bug(error));
    host.exitNow(ExitCode.bug);
  });

  let outcome: unknown;
  try {
    await run(host, context);
    await io.out.flush();
  } catch (error) {
    outcome = error;
  }
  // An abort may surface as any error the network can think of: only our own signal says what happened.
  if (stop.signal.aborted && !(outcome instanceof CbrError && outcome.code === "output_failed")) {
    outcome = stop.signal.reason;
  }
  for (const cleanUp of cleanUps.reverse()) await Promise.resolve(cleanUp()).catch(() => {});
  return conclude(outcome, host, report, context.exitCode);
}

async function run(host: Host, context: Context): Promise<void> {
  const argv = helpAsFlag(host.argv, sharedFlags());
  const program = await buildProgram(context, typedCommand(argv));
  const { words, command } = readCommandLine(program, argv);
  readEarlyFlags(words, host, context);
  const isWriting = { out: Promise.resolve() };
  configureOutput(program, (text) => {
    isWriting.out = isWriting.out.then(() => context.io.out.write(text));
  });
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!isCommanderError(error)) throw error;
    // A bare noun asks what there is; commander takes it for a mistake.
    if (error.code === "commander.help" && error.exitCode !== 0) command.outputHelp();
    else if (error.exitCode !== 0) throw usageError(error, command);
  }
  await isWriting.out;
}

function conclude(outcome: unknown, host: Host, report: Report, exitCode: number): number {
  if (outcome === undefined) return exitCode;
  if (outcome instanceof ReaderGone) return ExitCode.ok;
  if (outcome instanceof Interrupted) {
    report.line("cbr: interrupted");
    host.dieBy(outcome.signal);
    return { SIGINT: ExitCode.interrupted, SIGTERM: ExitCode.terminated, SIGHUP: ExitCode.hangup }[
      outcome.signal
    ];
  }
  const error = outcome instanceof CbrError ? outcome : bug(outcome);
  report.error(error);
  return error.exitCode;
}

function bug(error: unknown): CbrError {
  const message = error instanceof Error ? error.message : String(error);
  return new CbrError("internal_error", { message: `internal error: ${message}`, cause: error });
}

/** Errors may come before the flags are parsed and the settings read; how they look must not depend on that. */
function readEarlyFlags(argv: readonly string[], host: Host, { report, io }: Context): void {
  const end = argv.indexOf("--");
  const words = end === -1 ? argv : argv.slice(0, end);
  const valueOfFlag = (flag: string) => {
    const at = words.lastIndexOf(flag);
    return at !== -1
      ? words[at + 1]
      : words.findLast((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1);
  };
  report.isQuiet = words.includes("-q") || words.includes("--quiet");
  report.isVerbose = words.includes("-v") || words.includes("--verbose");
  report.isDebug = words.includes("--debug");
  const output = words.includes("--json")
    ? "json"
    : (valueOfFlag("--output-format") ?? host.env["CBR_OUTPUT_FORMAT"]);
  const isJsonOutput = output === "json" || output === "stream-json";
  const format =
    valueOfFlag("--error-format") ?? host.env["CBR_ERROR_FORMAT"] ?? (isJsonOutput ? "json" : "text");
  report.errorFormat = format === "json" ? "json" : "text";
  const color = valueOfFlag("--color") ?? host.env["CBR_COLOR"];
  if (color === "always" || color === "never") io.setColor(color);
}

function configureOutput(command: Command, writeOut: (text: string) => void): void {
  command.configureOutput({ writeOut, writeErr: () => {}, outputError: () => {} });
  command.exitOverride();
  for (const child of command.commands) configureOutput(child, writeOut);
}

function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
}
