// Host in, exit code out. The one place where an error becomes text and a number.
import type { Command, CommanderError, OutputConfiguration } from "commander";
import { helpAsFlag, readCommandLine } from "./cli/command-line.ts";
import type { Context } from "./cli/context.ts";
import { Report } from "./cli/report.ts";
import { usageError } from "./cli/usage.ts";
import { CbrError, ExitCode, Interrupted, ReaderGone } from "./core/errors.ts";
import { secretsOf } from "./core/redact.ts";
import { COMMIT, SDK_VERSION, VERSION } from "./core/version.ts";
import type { Host } from "./host/host.ts";
import { type IOStreams, ioStreams } from "./host/streams.ts";
import { buildProgram, completeWords, sharedFlags, typedCommand } from "./program.ts";
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
    if (isTerminalGone(error, host)) {
      // Ending in any other way, Node would try to restore the terminal and abort.
      void within(tidyUp(cleanUps), PATIENCE_MS).then(() => host.dieBy("SIGHUP"));
      return;
    }
    const ending = (async () => {
      await tidyUp(cleanUps);
      report.error(await bug(error, host));
    })();
    void within(ending, PATIENCE_MS).then(() => host.exitNow(ExitCode.bug));
  });

  let outcome: unknown;
  try {
    // What is stuck (a reader of stdout who does not read) must not keep a signal from ending the program.
    await Promise.race([run(host, context).then(() => io.out.flush()), afterAbort(stop.signal)]);
  } catch (error) {
    outcome = isTerminalGone(error, host) ? new Interrupted("SIGHUP") : error;
    io.out.push();
  }
  // An abort may surface as any error the network can think of: only our own signal says what happened.
  if (stop.signal.aborted && !(outcome instanceof CbrError && outcome.code === "output_failed")) {
    outcome = stop.signal.reason;
  }
  await tidyUp(cleanUps);
  // The signal is not raised before the reader has had what came.
  if (outcome instanceof Interrupted) await within(io.out.flush(), PATIENCE_MS);
  const code = await conclude(outcome, host, report, context.exitCode);
  // Node restores the terminal as it ends, and aborts where there is none any more.
  if (host.hasLostTerminal()) host.dieBy("SIGHUP");
  await deliver(io, host, stop.signal);
  return code;
}

/** What slow readers have not taken yet is not lost with the process; a signal ends the waiting. */
async function deliver({ out, err }: IOStreams, host: Host, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return within(err.flush(), PATIENCE_MS);
  try {
    await Promise.race([Promise.allSettled([out.flush(), err.flush()]), afterAbort(signal)]);
  } catch (reason) {
    if (reason instanceof Interrupted) host.dieBy(reason.signal);
  }
}

/** The window was closed, or the connection to it: whatever touches the terminal fails with EIO. */
function isTerminalGone(error: unknown, host: Host): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === "EIO" && host.hasLostTerminal();
}

async function run(host: Host, context: Context): Promise<void> {
  if (asksForVersion(host.argv)) return context.io.out.write(versionText(host));
  if (host.argv[0] === "__complete") return completeWords(context, host.argv.slice(1));
  const argv = helpAsFlag(host.argv, sharedFlags());
  const program = await buildProgram(context, typedCommand(argv));
  const { words, command } = readCommandLine(program, argv);
  readEarlyFlags(words, host, context);
  const isWriting = { out: Promise.resolve() };
  configureOutput(program, {
    writeOut(text) {
      isWriting.out = isWriting.out.then(() => context.io.out.write(text));
    },
    writeErr() {},
    outputError() {},
    // Commander would ask process.stdout, and so open it.
    getOutHelpWidth: () => context.io.out.width,
    getErrHelpWidth: () => context.io.err.width,
    getOutHasColors: () => context.io.out.hasColor,
    getErrHasColors: () => context.io.err.hasColor,
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

/** Nothing but the version is asked for; beside a command `--version` is commander's affair. */
function asksForVersion(argv: readonly string[]): boolean {
  const isAsked = argv.includes("--version") || argv.includes("-V");
  return isAsked && argv.every((word) => ["--version", "-V", "--json"].includes(word));
}

function versionText({ argv, runtime }: Host): string {
  if (!argv.includes("--json")) return `${VERSION}\n`;
  return `${JSON.stringify({ version: VERSION, commit: COMMIT, runtime, sdk_version: SDK_VERSION })}\n`;
}

/** How long the end of the program waits for what may be stuck. */
const PATIENCE_MS = 500;

async function tidyUp(cleanUps: (() => void | Promise<void>)[]): Promise<void> {
  // Each once, even where an end is begun twice.
  for (let cleanUp = cleanUps.pop(); cleanUp !== undefined; cleanUp = cleanUps.pop()) {
    await within((async () => cleanUp())(), PATIENCE_MS);
  }
}

/** Waits for `work`, well or badly ended, for at most `limit` milliseconds. */
async function within(work: Promise<unknown>, limit: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit);
  });
  await Promise.race([work.catch(() => {}), end]);
  clearTimeout(timer);
}

/** Rejects with the reason of an abort, after what was under way has had its time to end by itself. */
function afterAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => void within(new Promise(() => {}), PATIENCE_MS).then(() => reject(signal.reason));
    signal.addEventListener("abort", fail, { once: true });
  });
}

async function conclude(outcome: unknown, host: Host, report: Report, exitCode: number): Promise<number> {
  if (outcome === undefined) return exitCode;
  if (outcome instanceof ReaderGone) return ExitCode.ok;
  if (outcome instanceof Interrupted) {
    const code = ({ SIGINT: "interrupted", SIGTERM: "terminated", SIGHUP: "hangup" } as const)[
      outcome.signal
    ];
    if (report.errorFormat === "json") report.error(new CbrError(code, { message: outcome.message }));
    else report.line("cbr: interrupted");
    host.dieBy(outcome.signal);
    return ExitCode[code];
  }
  const isBug = !(outcome instanceof CbrError) || outcome.code === "internal_error";
  const error = isBug ? await bug(outcome, host) : outcome;
  report.error(error);
  return error.exitCode;
}

async function bug(error: unknown, host: Host): Promise<CbrError> {
  const message = (error instanceof Error ? error.message : String(error)).replace(/^internal error: /, "");
  const log = await import("./cli/crash-log.ts").then(
    ({ writeCrashLog }) => writeCrashLog(host, error, secretsOf(host.env)),
    () => null, // not even that can be loaded: no file descriptors are left
  );
  return new CbrError("internal_error", {
    message: `internal error: ${message}${log === null ? "" : ` (details in ${log})`}`,
    cause: error,
  });
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

function configureOutput(command: Command, output: OutputConfiguration): void {
  command.configureOutput(output);
  command.exitOverride();
  for (const child of command.commands) configureOutput(child, output);
}

function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
}
