// Bundles src/ into dist/: one entry, split so that a command loads only what it needs.
import { readFile, rm } from "node:fs/promises";
import { build } from "esbuild";

/** Builds the program into `outdir`; throws esbuild's error when a source does not compile. */
export async function buildProgram(outdir = "dist"): Promise<void> {
  const pkg = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: { main: "src/main.ts", system: "src/host/system.ts" },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // A CommonJS package that is imported lazily would give only a default export: the SDK's ES modules come first.
    mainFields: ["module", "main"],
    minify: true,
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
    define: { __VERSION__: JSON.stringify(pkg.version) },
    // CommonJS dependencies call require() on Node's own modules; an ES module has none unless it is made.
    banner: {
      js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);',
    },
  });
}

if (process.argv[1] === import.meta.filename) await buildProgram();
