// `npm run test:matrix [PATH…]`: the acceptance tests with the built program on every Node that is supported, and with the
// standalone executable, which `CBR_EXECUTABLE` names or which is made for this machine. Node comes from npm's
// `node-OS-CPU` packages into a cache. `--only NAME` (repeatable) takes some: 20, 22, 24, 26, executable.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { EXECUTABLE } from "../test/support/executable.ts";
import { buildProgram } from "./build.ts";
import { nodeRuntime } from "./node-runtimes.ts";

const MAJORS = ["20", "22", "24", "26"];
const ROOT = join(import.meta.dirname, "..");
const { values: flags, positionals } = parseArgs({
  options: { only: { type: "string", multiple: true, default: [...MAJORS, "executable"] } },
  allowPositionals: true,
});
const paths = positionals.length > 0 ? positionals : ["test/acceptance"];

await buildProgram();
const programs = flags.only.map((name): [name: string, command: string[]] =>
  name === "executable"
    ? [name, [process.env["CBR_EXECUTABLE"] ?? madeExecutable()]]
    : [`node ${name}`, [nodeRuntime(name), join(ROOT, "bin/cbr.js")]],
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
