// `npm run build:exe [TARGET…]`: one file with its runtime inside, for this machine, for the targets named, or for `all`.
// `--out DIR` puts it there instead of build/executables.
// Why Bun, and what differs from Node: docs/design/decisions/standalone.md.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundleStandalone } from "./build.ts";

/** What the files are called, and the npm package that has the runtime in it. */
const TARGETS: Readonly<Record<string, string>> = {
  "linux-x64": "@oven/bun-linux-x64",
  "linux-arm64": "@oven/bun-linux-aarch64",
  "linux-x64-musl": "@oven/bun-linux-x64-musl",
  "linux-arm64-musl": "@oven/bun-linux-aarch64-musl",
  "macos-x64": "@oven/bun-darwin-x64",
  "macos-arm64": "@oven/bun-darwin-aarch64",
  "windows-x64": "@oven/bun-windows-x64",
};

const ROOT = join(import.meta.dirname, "..");
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "cbr-build-runtimes");

interface Locked {
  packages: Readonly<Record<string, { version: string; integrity?: string }>>;
}

const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as Locked;
const own = ownTarget();
const { values: flags, positionals: words } = parseArgs({
  options: { out: { type: "string", default: join(ROOT, "build/executables") } },
  allowPositionals: true,
});
const OUT = resolve(flags.out);
const targets = words.includes("all") ? Object.keys(TARGETS) : words.length > 0 ? words : [own];
const unknown = targets.find((target) => TARGETS[target] === undefined);
if (unknown !== undefined)
  throw new Error(`no target ${unknown}; there are ${Object.keys(TARGETS).join(", ")}, all`);

const scratch = mkdtempSync(join(tmpdir(), "cbr-executable-"));
try {
  const files = await bundleStandalone();
  for (const [name, code] of files) writeFileSync(join(scratch, name), code);
  mkdirSync(OUT, { recursive: true });
  const made = targets.map((target) => compile(target, [...files.keys()]));
  const sums = made.map((path) => `${sha256(readFileSync(path))}  ${basename(path)}\n`);
  writeFileSync(join(OUT, "SHA256SUMS"), sums.join(""));
  process.stdout.write(sums.join(""));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function compile(target: string, files: readonly string[]): string {
  const outfile = join(OUT, `cbr-${target}${target.startsWith("windows") ? ".exe" : ""}`);
  const name = TARGETS[target] as string;
  const args = [
    "build",
    "--compile",
    "--minify-whitespace",
    "--minify-syntax",
    "--bytecode",
    // Compiling what runs once costs more than it saves; `standalone.js` goes back to normal for what lasts.
    "--compile-jit-policy=10",
    // Asked for by the proxy agents where a proxy wants Negotiate, which is refused before.
    "--external=kerberos",
    // What lies in the directory where somebody happens to stand must not change what the program does.
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    `--target=${name.replace("@oven/", "")}`,
    `--compile-executable-path=${runtime(name)}`,
    `--outfile=${outfile}`,
    ...files,
  ];
  // In the scratch directory, so that no path of this machine gets in.
  execFileSync(runtime(TARGETS[own] as string), args, {
    cwd: scratch,
    stdio: ["ignore", "ignore", "inherit"],
  });
  chmodSync(outfile, 0o755);
  return outfile;
}

/** The Bun binary of a package: the installed one, else unpacked from the registry if it is what the lock file says. */
function runtime(name: string): string {
  const binary = name.includes("windows") ? "bin/bun.exe" : "bin/bun";
  const installed = join(ROOT, "node_modules", name, binary);
  if (existsSync(installed)) return installed;
  const { version, integrity } = lock.packages[`node_modules/${name}`] ?? { version: "" };
  if (integrity === undefined) throw new Error(`${name} is not in package-lock.json`);
  const folder = join(CACHE, `${basename(name)}-${version}`);
  const path = join(folder, "package", binary);
  if (existsSync(path)) return path;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const packed = execFileSync("npm", ["pack", "--silent", `${name}@${version}`], {
    cwd: folder,
    encoding: "utf8",
  });
  const tarball = join(folder, packed.trim());
  const found = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  if (found !== integrity) throw new Error(`${name}@${version} is not what package-lock.json says`);
  execFileSync("tar", ["-xzf", tarball], { cwd: folder });
  rmSync(tarball);
  return path;
}

function ownTarget(): string {
  const system = { darwin: "macos", win32: "windows" }[process.platform as string] ?? process.platform;
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  const isMusl = process.platform === "linux" && report?.header?.glibcVersionRuntime === undefined;
  return `${system}-${process.arch}${isMusl ? "-musl" : ""}`;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
