// `npm ci` refuses a lock file that lacks the packages of other platforms, which npm leaves out when the registry that wrote
// the lock does not carry them. Run after `npm install`: `tsx scripts/lockfile.ts` adds what is missing.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const LOCKFILE = join(import.meta.dirname, "..", "package-lock.json");

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** The optional dependencies that some locked package names and `lock` has no entry for, each with its version. */
export function missingFrom(lock: Lockfile): ReadonlyMap<string, string> {
  const missing = new Map<string, string>();
  for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const isLocked =
        `node_modules/${name}` in lock.packages || `${path}/node_modules/${name}` in lock.packages;
      if (!isLocked) missing.set(name, version);
    }
  }
  return missing;
}

/** The platform that a package such as `@rollup/rollup-linux-x64-musl` is built for, as npm writes it; throws where the name does not tell. */
function platformOf(name: string): { os: string[]; cpu: string[]; libc?: string[] } {
  const [, os, cpu, rest = ""] =
    /-(android|darwin|freebsd|linux|netbsd|openbsd|openharmony|win32)-(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)(-.+)?$/.exec(
      name,
    ) ?? [];
  if (os === undefined || cpu === undefined) throw new Error(`no platform in the name ${name}`);
  if (os !== "linux" || rest === "") return { os: [os], cpu: [cpu] };
  return { os: [os], cpu: [cpu], libc: [rest.includes("musl") ? "musl" : "glibc"] };
}

if (process.argv[1] === import.meta.filename) {
  const lock = JSON.parse(await readFile(LOCKFILE, "utf8")) as Lockfile;
  const missing = missingFrom(lock);
  const added = [...missing].map(([name, version]) => [
    `node_modules/${name}`,
    { version, dev: true, optional: true, ...platformOf(name) },
  ]);
  const packages = Object.fromEntries(
    [...Object.entries(lock.packages), ...added].sort(([a], [b]) => String(a).localeCompare(String(b), "en")),
  );
  await writeFile(LOCKFILE, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
  process.stderr.write(`added ${missing.size} packages\n`);
}
