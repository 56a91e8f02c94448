// What `cbr` is compared with: each yardstick that this machine has.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { BUN } from "../../test/support/executable.ts";
import type { Contender } from "./measure.ts";

const PROGRAMS = join(import.meta.dirname, "programs");
const MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
/** Where and what the yardsticks that sign nothing post. */
export const STREAM_PATH = `/model/${MODEL}/invoke-with-response-stream`;
export const BODY = JSON.stringify({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 100,
  messages: [{ role: "user", content: "Hello" }],
});

export interface Options {
  node: string;
  /** The words that start `cbr`. */
  program: readonly string[];
  url: string;
  /** A directory for what is made on the way. */
  scratch: string;
}

/** The start of the runtime alone: the base of every ratio. */
export function bareNode({ node }: Options): Contender {
  return { name: "node, empty program", command: [node, "--eval", "0"] };
}

export function cbr(
  options: Options,
  name: string,
  args: readonly string[],
  more: Partial<Contender> = {},
): Contender {
  return { name, command: [...options.program, ...args], ...more };
}

/** The AWS SDK's own loop in one bundled file: what an event must cost at least. */
export async function bundledSdk(options: Options): Promise<Contender> {
  const file = join(options.scratch, "aws-sdk-bundled.mjs");
  await build({
    entryPoints: [join(PROGRAMS, "aws-sdk.mjs")],
    outfile: file,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    banner: { js: 'import{createRequire as r}from"node:module";const require=r(import.meta.url);' },
  });
  return { name: "AWS SDK, bundled", command: [options.node, file] };
}

/** The same loop as one executable with Bun inside: what the SDK costs without Node. Null without Bun. */
export async function compiledSdk(options: Options): Promise<Contender | null> {
  if (!existsSync(BUN)) return null;
  const source = await readFile(join(PROGRAMS, "aws-sdk.mjs"), "utf8");
  const [bundled, outfile] = [
    join(options.scratch, "aws-sdk.cjs"),
    join(options.scratch, "aws-sdk-compiled"),
  ];
  await build({
    // Bun keeps bytecode of CommonJS, which has no top-level await.
    stdin: {
      contents: source.replace(/^process\.env[\s\S]*/m, "(async () => {\n$&\n})();"),
      resolveDir: PROGRAMS,
    },
    outfile: bundled,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    logLevel: "error",
  });
  const args = ["build", "--compile", "--bytecode", bundled, "--outfile", outfile];
  execFileSync(BUN, args, { cwd: options.scratch, stdio: ["ignore", "ignore", "inherit"] });
  return { name: "AWS SDK, one executable", command: [outfile] };
}

/** Everything that can say two words by itself, as far as it is installed. */
export async function yardsticks(options: Options): Promise<Contender[]> {
  const { node, url } = options;
  const found: Contender[] = [];
  if (has("curl")) {
    const address = `${url}${STREAM_PATH}`;
    found.push({
      name: "curl, unsigned",
      command: ["curl", "-sN", "-H", "content-type: application/json", "-d", BODY, address],
    });
  }
  found.push(await bundledSdk(options));
  const compiled = await compiledSdk(options);
  if (compiled !== null) found.push(compiled);
  found.push({ name: "AWS SDK, not bundled", command: [node, join(PROGRAMS, "aws-sdk.mjs")] });
  found.push({ name: "Anthropic's Bedrock SDK", command: [node, join(PROGRAMS, "anthropic-sdk.mjs")] });
  const interpreter = pythonInterpreter();
  if (interpreter !== null && hasModule(interpreter, "boto3"))
    found.push({ name: "boto3", command: [interpreter, join(PROGRAMS, "boto3_stream.py")] });
  if (interpreter !== null && hasModule(interpreter, "awscli")) {
    const words = ["bedrock-runtime", "invoke-model", "--model-id", MODEL, "--body", BODY];
    found.push({
      name: "AWS CLI, no stream",
      command: [interpreter, "-m", "awscli", ...words, "/dev/null"],
    });
  }
  return found;
}

/** The interpreter itself: a version manager's shim would be timed as well. Null where there is none. */
export function pythonInterpreter(): string | null {
  const python = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
  return python.status === 0 ? python.stdout.trim() : null;
}

function has(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}

function hasModule(interpreter: string, name: string): boolean {
  return spawnSync(interpreter, ["-c", `import ${name}`], { stdio: "ignore" }).status === 0;
}
