// `npm run bench`: measures cbr beside its yardsticks on this machine and writes docs/reference/performance.*.
// Flags: --node PATH, --program PATH, --executable PATH, --rounds N, --only NAME (repeat), --print (write no files).
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, platform, release, tmpdir, totalmem } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { EXECUTABLE } from "../../test/support/executable.ts";
import { nodeRuntime } from "../node-runtimes.ts";
import { type ConnectionRow, connections } from "./connections.ts";
import { bareNode, bundledSdk, cbr, type Options, yardsticks } from "./contenders.ts";
import { type Contender, compare, type Row } from "./measure.ts";
import { asMarkdown, asSvg } from "./report.ts";
import { startServer } from "./start-server.ts";
import { type Latency, type StreamCost, streamCosts, together, tokenLatency } from "./stream.ts";

export interface Results {
  date: string;
  machine: { cores: number; cpu: string; memory_gib: number; os: string };
  node: string;
  cbr: string;
  rounds: number;
  /** By case; the first row is the base of the ratios. */
  cases: { name: string; rows: Row[] }[];
  streams: { name: string; events: number; rows: StreamCost[] }[];
  latency: Latency[];
  connections: ConnectionRow[];
  together: { name: string; processes: number; milliseconds: number }[];
}

const MODEL = ["-m", "sonnet-4.5", "--geo", "us"];
const PARALLEL = 200;
const BODY = JSON.stringify({
  model: "claude-sonnet-4-5",
  max_tokens: 100,
  messages: [{ role: "user", content: "Hello" }],
});

const { values: flags } = parseArgs({
  options: {
    node: { type: "string", default: process.execPath },
    program: { type: "string", default: join(import.meta.dirname, "../../bin/cbr.js") },
    executable: {
      type: "string",
      default: join(import.meta.dirname, "../../build/executables", basename(EXECUTABLE)),
    },
    rounds: { type: "string", default: "15" },
    only: { type: "string", multiple: true },
    print: { type: "boolean", default: false },
  },
});
const scratch = mkdtempSync(join(tmpdir(), "cbr-bench-"));
const server = await startServer();
try {
  const results = await measure(server.url);
  process.stdout.write(asMarkdown(results));
  if (!flags.print) {
    const to = (ending: string) => join(import.meta.dirname, `../../docs/reference/performance.${ending}`);
    writeFileSync(to("json"), `${JSON.stringify(results, null, 2)}\n`);
    writeFileSync(to("svg"), asSvg(results));
    writeFileSync(to("md"), asMarkdown(results));
  }
} finally {
  server.process.kill();
  rmSync(scratch, { recursive: true, force: true });
}

async function measure(url: string): Promise<Results> {
  const rounds = Number(flags.rounds);
  // A program that is a script needs the runtime in front; an executable has it inside.
  const program = /\.[cm]?js$/.test(flags.program) ? [flags.node, flags.program] : [flags.program];
  const options: Options = { node: flags.node, program, url, scratch };
  const env = environment(url);
  const own = (name: string, args: readonly string[], more?: Partial<Contender>) =>
    cbr(options, name, args, more);
  const ask = (...args: string[]) => ["invoke", ...MODEL, ...args, "Hello"];
  const isWanted = (name: string) => flags.only === undefined || flags.only.includes(name);
  const note = (name: string) => process.stderr.write(`${name}\n`);

  writeFileSync(join(scratch, "text"), "some words of text\n".repeat(55_000));
  writeFileSync(join(scratch, "image.png"), png(5 * 1000 * 1000));
  writeFileSync(join(scratch, "body.json"), BODY);
  const starts: [string, readonly string[], Partial<Contender>?][] = [
    ["invoke", ask()],
    ["invoke, first run ever", ask(), { home: "new" }],
    ["invoke --no-stream", ask("--no-stream")],
    ["invoke, 1 MB stdin", ask(), { stdin: join(scratch, "text") }],
    ["invoke, 5 MB image", ask("-f", join(scratch, "image.png"))],
    ["--help", ["--help"]],
    ["--version", ["--version"]],
    ["models list --offline", ["models", "list", "--offline"]],
    ["whoami", ["whoami"]],
    ["convert", ["convert", "--to", "bedrock"], { stdin: join(scratch, "body.json") }],
    ["__complete bash", ["__complete", "bash", "invoke", "-m", "son"]],
  ];
  const cases: Results["cases"] = [];
  if (isWanted("yardsticks")) {
    note("yardsticks");
    const all = [bareNode(options), own("cbr invoke", ask()), ...(await yardsticks(options))];
    cases.push({ name: "a streamed answer of two words", rows: await compare(all, rounds, env) });
  }
  if (isWanted("commands")) {
    note("commands");
    const all = starts.map(([name, args, more]) => own(`cbr ${name}`, args, more));
    cases.push({ name: "commands", rows: await compare([bareNode(options), ...all], rounds, env) });
  }
  const executable = existsSync(flags.executable) ? { ...options, program: [flags.executable] } : null;
  if (executable === null) note(`no ${flags.executable} (npm run build:exe): not compared`);
  if (executable !== null && isWanted("executable")) {
    note("executable");
    const node24 = { ...bareNode({ ...options, node: nodeRuntime("24") }), name: "node 24, empty program" };
    const all = starts
      .filter(([, , more]) => more?.home === undefined)
      .map(([name, args, more]) => cbr(executable, `cbr ${name}`, args, more));
    const others = (await yardsticks(options)).filter(({ name }) => /curl|executable|CLI/.test(name));
    const rows = await compare([node24, ...all, ...others], rounds, env);
    cases.push({ name: "the standalone executable", rows });
  }
  const streams: Results["streams"] = [];
  const at = (scenario: string) => ({ AWS_ENDPOINT_URL: `${url}/${scenario}` });
  for (const [name, scenario, events] of [
    ["100,000 events", "many", 100_000],
    ["50 MB of text", "big", 12_800],
  ] as const) {
    if (!isWanted(scenario)) continue;
    note(name);
    const all = [
      { ...(await bundledSdk(options)), env: at(scenario) },
      own("cbr invoke", ask(), { env: at(scenario) }),
      own("cbr invoke --output-format stream-json", ask("--output-format", "stream-json"), {
        env: at(scenario),
      }),
      ...(executable ? [cbr(executable, "executable, cbr invoke", ask(), { env: at(scenario) })] : []),
    ];
    streams.push({ name, events, rows: await streamCosts(all, Math.min(rounds, 5), env) });
  }
  const latency: Latency[] = [];
  if (isWanted("latency")) {
    note("latency");
    latency.push(await tokenLatency({ ...(await bundledSdk(options)), env: at("tokens") }, env));
    latency.push(await tokenLatency(own("cbr invoke", ask(), { env: at("tokens") }), env));
    if (executable) {
      const contender = cbr(executable, "executable, cbr invoke", ask(), { env: at("tokens") });
      latency.push(await tokenLatency(contender, env));
    }
  }
  const connecting: ConnectionRow[] = [];
  if (isWanted("connections")) {
    note("connections");
    const args = { invoke: ask(), chat: ["chat", ...MODEL] };
    connecting.push(...(await connections(options, args, Math.min(rounds, 7), env, note)));
  }
  const parallel: Results["together"] = [];
  if (isWanted("together")) {
    note("together");
    for (const contender of [bareNode(options), own("cbr invoke", ask())]) {
      const milliseconds = await together(contender, PARALLEL, env);
      parallel.push({ name: contender.name, processes: PARALLEL, milliseconds });
    }
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cores: cpus().length,
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      memory_gib: Math.round(totalmem() / 2 ** 30),
      os: `${platform()} ${release().split("-")[0]}`,
    },
    node: execFileSync(flags.node, ["--version"], { encoding: "utf8" }).trim(),
    cbr: execFileSync(program[0] as string, [...program.slice(1), "--version"], {
      encoding: "utf8",
      env,
    }).trim(),
    rounds,
    cases,
    streams,
    latency,
    connections: connecting,
    together: parallel,
  };
}

/** Nothing of the person who runs this: own home, made-up keys, the local server. */
function environment(url: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: scratch,
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/** A picture as far as its head says: 1000 × 1000, of `size` bytes. */
function png(size: number): Buffer {
  const bytes = Buffer.alloc(size, 0x5a);
  Buffer.from("89504e470d0a1a0a0000000d49484452000003e8000003e80802000000", "hex").copy(bytes);
  return bytes;
}
