// The AWS CLI beside us: found on PATH alone, started without a shell, never from the working directory.
import { spawn } from "node:child_process";
import { access, constants, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { Host } from "../host/host.ts";

/** The path of the `aws` that PATH names; null where there is none. Relative entries of PATH do not count. */
export async function findAwsCli({ env, platform }: Host): Promise<string | null> {
  const name = platform === "win32" ? "aws.exe" : "aws";
  for (const folder of (env["PATH"] ?? env["Path"] ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      if ((await stat(path)).isFile()) return path;
    } catch {
      // not here
    }
  }
  return null;
}

/** The first line of `aws --version`; null where it says none within `limit` milliseconds. */
export function awsCliVersion(path: string, host: Host, limit: number): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(path, ["--version"], { stdio: ["ignore", "pipe", "pipe"], env: { ...host.env } });
    const timer = setTimeout(() => child.kill("SIGKILL"), limit);
    let said = "";
    const hear = (bytes: Buffer) => {
      if (said.length < 1000) said += bytes.toString("utf8");
    };
    child.stdout.on("data", hear);
    // Version 1 on old Pythons says it on stderr.
    child.stderr.on("data", hear);
    const end = () => {
      clearTimeout(timer);
      resolve(/aws-cli\/\S+/.test(said) ? (said.trim().split("\n")[0] ?? null) : null);
    };
    child.on("error", end);
    child.on("exit", () => setImmediate(end));
  });
}

/**
 * Runs the AWS CLI on this terminal and resolves to its exit code (128 for a signal). Its stdout goes to our stderr: ours
 * belongs to the answer.
 */
export function runAwsCli(path: string, words: readonly string[], host: Host): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, [...words], { stdio: ["inherit", 2, "inherit"], env: { ...host.env } });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 128));
  });
}
