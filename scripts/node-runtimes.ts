// Other versions of Node, from npm's `node-OS-CPU` packages into a cache of the user's.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "cbr-test-runtimes");

/** Path of a Node of that major version, the newest where none was installed yet. Throws where it cannot be installed. */
export function nodeRuntime(major: string): string {
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
