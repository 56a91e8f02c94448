import { Command } from "commander";
import type { Context } from "../cli/context.ts";
import { collect, decimalNumber, wholeNumber } from "../cli/flags.ts";
import { CbrError } from "../core/errors.ts";
import type { SignalRelay } from "../core/local-bedrock.ts";

interface Flags {
  port?: number;
  script?: string;
  log?: boolean;
  latency?: number;
  rate?: number;
  deny?: string[];
  background?: boolean;
  region?: string;
}

/** `cbr mock [-- COMMAND…]`: a local Bedrock, for itself or for one command. */
export function mockCommand(context: Context): Command {
  return new Command("mock")
    .description("run a local Bedrock, or a command against one: no account, no network")
    .usage("[flags] [-- COMMAND…]")
    .argument("[command...]", "what to run, after `--`; without it, print the environment and serve")
    .option("--port <n>", "port on 127.0.0.1 (default: a free one)", wholeNumber)
    .option("--script <file>", "play the replies in this file")
    .option("--log", "one JSON line a request on stderr")
    .option("--latency <ms>", "milliseconds before each reply", wholeNumber)
    .option("--rate <tokens>", "tokens a second in a stream", decimalNumber)
    .option(
      "--deny <action>",
      "refuse an IAM action, such as `bedrock:InvokeModel` (may be repeated)",
      collect,
    )
    .option("--background", "serve in the background and return")
    .action(async (words: string[], _flags: Flags, command: Command) => {
      await runMock(context, words, command.optsWithGlobals<Flags>());
    });
}

async function runMock(context: Context, words: string[], flags: Flags): Promise<void> {
  if (flags.port !== undefined && flags.port > 65_535) {
    throw new CbrError("bad_flag_value", { message: `\`--port\` is 0 to 65535, not ${flags.port}` });
  }
  if (flags.background && words.length > 0) {
    throw new CbrError("flag_conflict", { message: "`--background` takes no command" });
  }
  const region = flags.region ?? "us-east-1";
  if (!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) {
    throw new CbrError("region_invalid", { message: `\`--region\`: \`${region}\` is not a region's name` });
  }
  if (flags.background) return serveInBackground(context, flags, region);
  if (words.length === 0) return serve(context, flags, region);
  const local = await context.localBedrock();
  const mock = await local.start(startOptions(context, flags));
  const code = await local.run(words, local.environment(mock.url, region), relaySignals(context));
  await mock.close();
  if (code === 127) context.report.line(`cbr: \`${words[0]}\`: command not found`);
  if (code === 126) context.report.line(`cbr: \`${words[0]}\` cannot be run`);
  context.exitCode = code;
}

async function serve(context: Context, flags: Flags, region: string): Promise<void> {
  const local = await context.localBedrock();
  const mock = await local.start(startOptions(context, flags));
  context.onExit(() => mock.close());
  await context.io.out.write(shellLines(local.environment(mock.url, region)).join(""));
  context.report.notice(`a local Bedrock listens on ${mock.url}; Ctrl-C ends it`);
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    context.signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function serveInBackground(context: Context, flags: Flags, region: string): Promise<void> {
  const local = await context.localBedrock();
  const words = ["mock", "--quiet", "--region", region];
  if (flags.port !== undefined) words.push("--port", String(flags.port));
  if (flags.script !== undefined) words.push("--script", flags.script);
  if (flags.latency !== undefined) words.push("--latency", String(flags.latency));
  if (flags.rate !== undefined) words.push("--rate", String(flags.rate));
  for (const action of flags.deny ?? []) words.push("--deny", action);
  if (flags.log) words.push("--log");
  const { pid, firstLine } = await local.background(words);
  const url = firstLine.replace(/^export AWS_ENDPOINT_URL=/, "");
  const lines = shellLines(local.environment(url, region));
  await context.io.out.write([...lines, `export CBR_MOCK_PID=${pid}\n`].join(""));
  context.report.notice(`a local Bedrock listens on ${url}; \`kill ${pid}\` ends it`);
}

function startOptions(context: Context, flags: Flags) {
  return {
    port: flags.port ?? 0,
    script: flags.script ?? null,
    latencyMs: flags.latency ?? 0,
    tokensPerSecond: flags.rate ?? 0,
    deny: flags.deny ?? [],
    log: flags.log ? (line: string) => context.report.line(line) : null,
  };
}

function shellLines({ set, unset }: { set: Record<string, string>; unset: readonly string[] }): string[] {
  return [
    ...Object.entries(set).map(([name, value]) => `export ${name}=${quoteForShell(value)}\n`),
    ...unset.map((name) => `unset ${name}\n`),
  ];
}

function quoteForShell(value: string): string {
  return /^[\w./:,@%+=*-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/**
 * The command decides what a signal means; we only wait for it. A terminal sends Ctrl-C to the whole group, so the
 * command has it already, and would take a second one for impatience.
 */
function relaySignals(context: Context): SignalRelay {
  const { host } = context;
  const isOnTerminal = host.stdin.kind === "terminal" || host.stdout.isTTY || host.stderr.isTTY;
  return (forward) =>
    context.onInterrupt(
      ({ signal }) => {
        if (signal !== "SIGINT" || !isOnTerminal) forward(signal);
      },
      ["SIGINT", "SIGTERM", "SIGHUP"],
    );
}
