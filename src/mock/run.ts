// Runs a command against the mock, and the mock itself in the background.
import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { CbrError } from "../core/errors.ts";
import type { SignalRelay } from "../core/local-bedrock.ts";
import type { Host } from "../host/host.ts";

/** See LocalBedrock.run. */
export async function runCommand(
  words: readonly string[],
  environment: { set: Record<string, string>; unset: readonly string[] },
  host: Host,
  relay: SignalRelay,
): Promise<number> {
  const shims = await writeShims(host);
  const env: Record<string, string | undefined> = { ...host.env };
  for (const name of environment.unset) delete env[name];
  Object.assign(env, environment.set);
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  env[pathName] = [shims, env[pathName]].filter(Boolean).join(delimiter);
  try {
    return await new Promise<number>((resolve) => {
      // Windows starts no `.cmd` without a shell.
      const isOwn = words[0] === "cbr" && host.platform === "win32";
      const [command, ...args] = (isOwn ? [...host.self, ...words.slice(1)] : words) as [string, ...string[]];
      const child = spawn(command, args, { env, stdio: "inherit", cwd: host.cwd });
      const stopRelay = relay((signal) => child.kill(signal));
      child.on("error", (error: NodeJS.ErrnoException) => {
        if (child.pid !== undefined) return;
        stopRelay();
        resolve(error.code === "ENOENT" ? 127 : 126);
      });
      child.on("close", (code, signal) => {
        stopRelay();
        resolve(signal ? 128 + constants.signals[signal] : (code ?? 1));
      });
    });
  } finally {
    // Somebody may look into it, a virus scanner for one: what the command said counts, not what is left in TMPDIR.
    await rm(shims, { recursive: true, force: true }).catch(() => {});
  }
}

/** A directory whose `cbr` is this very program, for the front of a PATH. Throws `file_write_failed` where there is no room for it. */
async function writeShims(host: Host): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cbr-mock-")).catch((error: NodeJS.ErrnoException) => {
    throw new CbrError("file_write_failed", {
      message: `cannot make a directory in \`${tmpdir()}\` for the command's \`cbr\`: ${error.code ?? "failed"}`,
      hint: "set `TMPDIR` to a directory that can be written",
      cause: error,
    });
  });
  const [program, ...before] = host.self as [string, ...string[]];
  if (before.length === 0 && host.platform !== "win32") {
    // An image that holds the executable may have no shell.
    await symlink(program, join(directory, "cbr"));
    return directory;
  }
  const quoted = host.self.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  await writeFile(join(directory, "cbr"), `#!/bin/sh\nexec ${quoted} "$@"\n`);
  await chmod(join(directory, "cbr"), 0o755);
  if (host.platform === "win32") {
    const words = host.self.map((word) => `"${word}"`).join(" ");
    await writeFile(join(directory, "cbr.cmd"), `@${words} %*\r\n`);
  }
  return directory;
}

/** See LocalBedrock.background. */
export async function runInBackground(
  words: readonly string[],
  host: Host,
): Promise<{ pid: number; firstLine: string }> {
  const [command, ...before] = host.self as [string, ...string[]];
  const isLogging = words.includes("--log");
  const child = spawn(command, [...before, ...words], {
    // A stderr that nobody asked for would keep the caller's pipe open for as long as the mock lives.
    stdio: ["ignore", "pipe", isLogging ? "inherit" : "ignore"],
    detached: true,
    cwd: host.cwd,
    windowsHide: true,
  });
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  const firstLine = await new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(
        new CbrError("usage", {
          message: `the mock did not start in the background (exit code ${code})`,
          hint: "run it without `--background` to see why",
        }),
      ),
    );
  });
  lines.close();
  child.stdout?.destroy();
  child.removeAllListeners();
  child.unref();
  return { pid: child.pid as number, firstLine };
}
