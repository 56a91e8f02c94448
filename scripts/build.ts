// Bundles src/ into dist/: split, so that a command loads only what it needs, and as CommonJS, which Node loads faster than
// ES modules (docs/design/decisions/start-up.md).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build, type Metafile, type Plugin, transform } from "esbuild";
import { pack } from "./build-packs.ts";
import { bunBuiltins, patches } from "./build-patches.ts";
import { packStandalone } from "./build-standalone.ts";
import { billOfMaterials, bundledPackages, licensesText } from "./bundled-packages.ts";

const ROOT = join(import.meta.dirname, "..");

/** The bundle before it is written. */
export interface Bundle {
  /** Content by name in dist/. */
  files: Map<string, string>;
  /** Who imports whom, and where each byte comes from; before chunks are packed. */
  metafile: Metafile;
}

/**
 * Builds the program into `outdir`, relative to the project, and writes what goes with it: the licences of the packages
 * inside, and their bill of materials. Throws esbuild's error when a source does not compile. The same sources give the same bytes.
 */
export async function buildProgram(outdir = "dist"): Promise<Bundle> {
  const bundle = await bundleProgram();
  const to = join(ROOT, outdir);
  await mkdir(to, { recursive: true });
  for (const [name, code] of bundle.files) await replaceFile(join(to, name), code);
  // Last, so that a program started in the meantime finds the files that it was built with.
  for (const name of await readdir(to)) {
    if (!bundle.files.has(name) && !name.endsWith(".tmp"))
      await rm(join(to, name), { recursive: true, force: true });
  }
  return bundle;
}

/** Writes `THIRD-PARTY-LICENSES.txt` and `build/sbom.cdx.json`. */
export async function writePapers({ metafile }: Bundle): Promise<void> {
  const packages = await bundledPackages(metafile, ROOT);
  const { name, version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  await mkdir(join(ROOT, "build"), { recursive: true });
  await replaceFile(join(ROOT, "THIRD-PARTY-LICENSES.txt"), licensesText(packages));
  await replaceFile(join(ROOT, "build/sbom.cdx.json"), billOfMaterials(packages, { name, version }));
}

/** Bundles the sources; writes nothing. */
export async function bundleProgram(): Promise<Bundle> {
  const { chunks, metafile } = await chunksOf("__filename", [patches]);
  const files = pack(chunks, metafile);
  files.set("package.json", `${JSON.stringify({ type: "commonjs", build: identityOf(files) })}\n`);
  return { files, metafile };
}

/** The program as CommonJS chunks by name. All that asks for `import.meta.url` (tinyglobby) gives it to createRequire, which takes a path as well. */
async function chunksOf(
  importMetaUrl: string,
  plugins: Plugin[],
): Promise<{ chunks: Map<string, string>; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { main: "src/main.ts", system: "src/host/system.ts" },
    outdir: join(ROOT, "dist"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // Names stay: a stack trace in a bug report is worth more than the bytes, and keeping them by code costs time.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    charset: "utf8",
    logLevel: "warning",
    write: false,
    metafile: true,
    define: await facts(),
    plugins,
  });
  const chunks = new Map<string, string>();
  for (const { path, text } of outputFiles) {
    const { code } = await transform(text, {
      format: "cjs",
      platform: "node",
      target: "node20",
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: "none",
      // A file with a foreign character is read, and kept, at twice the size.
      charset: "ascii",
      // An import() that stays one would start the loader of ES modules.
      supported: { "dynamic-import": false },
      define: { "import.meta.url": importMetaUrl },
    });
    // What is left is in regular expressions, where the escape means the same.
    const ascii = code.replace(
      /[^\0-\x7f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    chunks.set(basename(path), ascii);
  }
  return { chunks, metafile };
}

/** By it the cache of compiled code knows which build it belongs to. */
function identityOf(files: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256");
  for (const [name, code] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name}\0${code}\0`);
  return hash.digest("hex").slice(0, 16);
}

/** The files that go into the standalone executable, the entry first; see `bin/standalone.js`. */
export async function bundleStandalone(): Promise<Map<string, string>> {
  // createRequire wants some file; __filename would be that of the machine that builds.
  const { chunks, metafile } = await chunksOf("process.execPath", [patches, bunBuiltins]);
  return packStandalone(chunks, metafile, await readFile(join(ROOT, "bin/standalone.js"), "utf8"));
}

async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  // `npm pack` takes over who may read it: a private umask would give another tarball.
  await chmod(temporary, 0o644);
  await rename(temporary, path);
}

async function facts(): Promise<Record<string, string>> {
  const version = async (path: string) => JSON.parse(await readFile(join(ROOT, path), "utf8")).version;
  return {
    __VERSION__: JSON.stringify(await version("package.json")),
    __SDK_VERSION__: JSON.stringify(await version("node_modules/@aws-sdk/client-bedrock/package.json")),
    __COMMIT__: JSON.stringify(commit()),
  };
}

/** Empty where there is no repository to ask: in a tarball of the sources. */
function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short=12", "HEAD"], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "";
  }
}

if (process.argv[1] === import.meta.filename) await writePapers(await buildProgram());
