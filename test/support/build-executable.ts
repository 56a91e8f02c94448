import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { EXECUTABLE } from "./executable.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Makes the standalone executable of this machine, for the tests that run against it too. */
export default function setup(): void {
  if (process.env["CBR_TEST_NO_BUILD"] !== undefined) return;
  const script = join(ROOT, "scripts/build-executable.ts");
  execFileSync(process.execPath, ["--import", "tsx", script, "--out", dirname(EXECUTABLE)], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
}
