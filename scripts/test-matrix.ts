// `npm run test:matrix [PATH…]`: the acceptance tests with the built program on every Node that is supported, and with the
// standalone executable, which `CBR_EXECUTABLE` names or which is made for this machine. Node comes from npm's
// `node-OS-CPU` packages into a cache. `--only NAME` (repeatable) takes some: 20, 22, 24, 26, executable.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { EXECUTABLE } from "../test/support/executable.ts";
import { buildProgram } from "./build.ts";

const MAJORS = ["20", "22", "24", "26"];
const ROOT = join(import.meta.dirname, "..");
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "cbr-test-runtimes");
const { values: flags, positionals } = parseArgs({
  options: { only: { type: "string", multiple: true, default: [...MAJORS, "executable"] } },
  allowPositionals: true,
});
const paths = positionals.length > 0 ? positionals : ["test/acceptance"];

await buildProgram();
const programs = flags.only.map((name): [name: string, command: string[]] =>
  name === "executable"
    ? [name, [process.env["CBR_EXECUTABLE"] ?? madeExecutable()]]
    : [`node ${name}`, [runtime(name), join(ROOT, "bin/cbr.js")]],
);

const failed = programs.filter(([name, command]) => {
  process.stdout.write(`\n${name}: ${command.join(" ")}\n`);
  const { status } = spawnSync(join(ROOT, "node_modules/.bin/vitest"), ["run", ...paths], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, CBR_TEST_NO_BUILD: "1", CBR_TEST_COMMAND: JSON.stringify(command) },
  });
  return status !== 0;
});
process.stdout.write(
  failed.length === 0 ? "\nall passed\n" : `\nfailed: ${failed.map(([name]) => name).join(", ")}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function madeExecutable(): string {
  const path = join(ROOT, EXECUTABLE);
  const script = join(ROOT, "scripts/build-executable.ts");
  const { status } = spawnSync(process.execPath, ["--import", "tsx", script, "--out", dirname(path)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error("the executable cannot be made");
  return path;
}

/** The newest Node of that major version, installed when it is not there yet. */
function runtime(major: string): string {
  const folder = join(CACHE, major);
  const cpu = process.arch === "x64" ? "x64" : process.arch;
  const system = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${system}-${cpu}`;
  const path = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const args = [
    "install",
    "--prefix",
    folder,
    "--no-save",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    `${name}@${major}`,
  ];
  const { status } = spawnSync("npm", args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0 || !existsSync(path)) throw new Error(`node ${major} cannot be installed`);
  return path;
}
