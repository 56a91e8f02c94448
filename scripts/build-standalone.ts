// The files that the standalone executable has inside. Its runtime compiles each of them ahead of time, and loads and
// initialises only those that are asked for.
import { isBuiltin } from "node:module";
import type { Metafile } from "esbuild";
import { type Chunks, homesIn, loaderCode, modulesOf } from "./build-packs.ts";

const ENTRY = "cbr.js";

/** File contents by name, the entry first: what `start.js` is to the npm program, with `main`, code that may use `load`, at its end. */
export function packStandalone(chunks: Chunks, metafile: Metafile, main: string): Map<string, string> {
  const homes = homesIn(metafile);
  const fileOf = (chunk: string) => homes.get(chunk) ?? chunk;
  const modulesIn = (file: string) => modulesOf([...chunks].filter(([chunk]) => fileOf(chunk) === file));
  const elsewhere = [...chunks.keys()].filter((chunk) => fileOf(chunk) !== "start.js");
  const loader = loaderCode({
    packOf: Object.fromEntries(elsewhere.map((chunk) => [chunk, fileOf(chunk)])),
    modules: modulesIn("start.js"),
    find: "Object.assign(modules,require(root+packOf[name]));",
    other: "builtins[name]!==undefined?builtins[name]():require(name)",
  });
  const root = `const root=require("node:path").dirname(Bun.main)+"/";`;
  const files = new Map([[ENTRY, `${loader}\n${root}\n${builtinsIn(chunks)}\n${main}`]]);
  for (const file of new Set(elsewhere.map(fileOf)))
    files.set(file, `"use strict";module.exports=${modulesIn(file)};\n`);
  return files;
}

/** Bun loads what it finds by its literal name three times as fast as by a variable. */
function builtinsIn(chunks: Chunks): string {
  const asked = [...chunks.values()].flatMap((code) =>
    [...code.matchAll(/\brequire\("([\w:/]+)"\)/g)].map((match) => match[1] ?? ""),
  );
  const builtins = [...new Set(asked)].filter((name) => isBuiltin(name)).sort();
  return `const builtins={${builtins.map((name) => `"${name}":()=>require("${name}")`).join()}};`;
}
