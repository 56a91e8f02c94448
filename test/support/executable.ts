// Where the tests' own standalone executable is.
import { existsSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** Relative to the project. */
export const EXECUTABLE = `build/test/cbr-${process.platform === "darwin" ? "macos" : process.platform}-${process.arch}`;

/** Is it there, or can it be made: is its runtime installed, as npm does on the systems that it knows? */
export function canHaveExecutable(): boolean {
  if (process.env["CBR_TEST_NO_BUILD"] !== undefined) return existsSync(join(ROOT, EXECUTABLE));
  const name = `bun-${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}`;
  return existsSync(join(ROOT, "node_modules/@oven", name, "bin/bun"));
}
