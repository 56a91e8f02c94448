// Bundles src/ into dist/: split, so that a command loads only what it needs, and as CommonJS, which Node loads faster than
// ES modules (docs/design/decisions/start-up.md).
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { build, type Metafile, transform } from "esbuild";
import { pack } from "./build-packs.ts";
import { patches } from "./build-patches.ts";

const ROOT = join(import.meta.dirname, "..");

/** What of the build tells more than its files: who imports whom, and where each byte comes from. */
export const METAFILE = "build/metafile.json";

/**
 * Builds the program into `outdir`, relative to the project; throws esbuild's error when a source does not compile.
 * The same sources give the same bytes.
 */
export async function buildProgram(outdir = "dist"): Promise<Metafile> {
  const to = join(ROOT, outdir);
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { main: "src/main.ts", system: "src/host/system.ts" },
    outdir: to,
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
    plugins: [patches],
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
      charset: "utf8",
      // An import() that stays one would start the loader of ES modules.
      supported: { "dynamic-import": false },
    });
    chunks.set(basename(path), code);
  }
  const files = pack(chunks, metafile);
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const [name, code] of files) await writeFile(join(to, name), code);
  await writeFile(join(to, "package.json"), '{ "type": "commonjs" }\n');
  return metafile;
}

async function facts(): Promise<Record<string, string>> {
  const version = async (path: string) => JSON.parse(await readFile(join(ROOT, path), "utf8")).version;
  return {
    __VERSION__: JSON.stringify(await version("package.json")),
    __SDK_VERSION__: JSON.stringify(
      await version("node_modules/@aws-sdk/client-bedrock-runtime/package.json"),
    ),
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

/** The metafile with paths as they are in dist/. */
export async function writeMetafile(metafile: Metafile): Promise<void> {
  const path = join(ROOT, METAFILE);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(metafile));
}

if (process.argv[1] === import.meta.filename) {
  const metafile = await buildProgram();
  await writeMetafile(metafile);
  process.stdout.write(
    `${relative(process.cwd(), join(ROOT, "dist"))}: ${Object.keys(metafile.outputs).length} files\n`,
  );
}
