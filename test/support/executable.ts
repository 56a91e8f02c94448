// Where the tests' own standalone executable is.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** The runtime that goes into it, where npm has installed one for this machine. */
export const BUN = join(
  ROOT,
  `node_modules/@oven/bun-${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}/bin/bun`,
);

/** Relative to the project. */
export const EXECUTABLE = `build/test/cbr-${process.platform === "darwin" ? "macos" : process.platform}-${process.arch}`;

/** Is it there, or can it be made? */
export function canHaveExecutable(): boolean {
  if (process.env["CBR_TEST_NO_BUILD"] !== undefined) return existsSync(join(ROOT, EXECUTABLE));
  // It may be there and not run: on a processor without AVX2, or where the C library is another.
  return spawnSync(BUN, ["--version"]).status === 0;
}
