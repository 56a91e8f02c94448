import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildProgram } from "../../scripts/build.ts";

/** Builds the program once, before any test drives it, and gives all tests one directory for what they leave behind. */
export default async function setup(): Promise<() => void> {
  if (process.env["CBR_TEST_NO_BUILD"] === undefined) await buildProgram();
  const scratch = mkdtempSync(join(tmpdir(), "cbr-test-"));
  // Some tests become somebody else, who has a home in here.
  chmodSync(scratch, 0o711);
  process.env["TMPDIR"] = scratch;
  return () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}
