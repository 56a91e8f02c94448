// Finding, opening and reading a file costs Node more than compiling a small one: chunks that are always loaded together
// are put into one file. The chunks stay what they are, CommonJS modules that run when they are first asked for.
import { basename } from "node:path";
import type { Metafile } from "esbuild";

interface Pack {
  name: string;
  /** Source files whose chunks, and all that those import, are in it. */
  entries: readonly string[];
  /** Of those, only what these need as well. */
  sharedWith?: readonly string[];
}

const ASK = [
  "src/commands/invoke/command.ts",
  "src/commands/invoke/run.ts",
  "src/bedrock/connect.ts",
  "src/bedrock/invoke.ts",
  "src/bedrock/send-http.ts",
];

/** What every command loads; what those load that know models and messages; what a streamed answer needs on top. */
const PACKS: readonly Pack[] = [
  { name: "start.js", entries: ["src/main.ts", "src/host/system.ts"] },
  { name: "settings.js", entries: ["src/settings/load.ts"] },
  {
    name: "shared.js",
    entries: ASK,
    sharedWith: ["src/commands/models/index.ts"],
  },
  { name: "messages.js", entries: ASK, sharedWith: ["src/commands/convert.ts", "src/commands/explain.ts"] },
  { name: "ask.js", entries: ASK },
  { name: "models.js", entries: ["src/commands/models/index.ts"] },
];

/** Files that others import by name. */
const FACES = ["main.js", "system.js"];

export type Chunks = ReadonlyMap<string, string>;

/** The pack of each chunk that is in one: the first that needs it. Throws where an entry of a pack is no longer one. */
export function homesIn(metafile: Metafile): Map<string, string> {
  const homes = new Map<string, string>();
  const closureOfAll = (entries: readonly string[]) => entries.flatMap((entry) => closureOf(entry, metafile));
  for (const { name, entries, sharedWith } of PACKS) {
    const others = sharedWith === undefined ? null : new Set(closureOfAll(sharedWith));
    for (const chunk of closureOfAll(entries)) {
      if (!homes.has(chunk) && (others === null || others.has(chunk))) homes.set(chunk, name);
    }
  }
  return homes;
}

/** The chunks of a pack, as an object of functions. In parentheses, each is compiled at once, not skimmed first and compiled when it is called. */
export function modulesOf(inside: Iterable<readonly [chunk: string, code: string]>): string {
  const modules = [...inside].map(
    ([chunk, code]) => `"${chunk}":(function(exports,require,module){${code}\n})`,
  );
  return `{${modules.join(",\n")}}`;
}

/** The files of dist/ by name, made of `chunks` by name. */
export function pack(chunks: Chunks, metafile: Metafile): Map<string, string> {
  const homes = homesIn(metafile);
  const files = new Map<string, string>();
  for (const { name } of PACKS) {
    const inside = [...chunks].filter(([chunk]) => homes.get(chunk) === name);
    files.set(name, packCode(name, modulesOf(inside), homes));
  }
  for (const [chunk, code] of chunks) if (!homes.has(chunk)) files.set(chunk, withPacks(code, homes));
  for (const [name, code] of files) files.set(name, asFunction(code));
  // The comment tells Node's import() which names there are.
  for (const face of FACES) {
    const names =
      Object.entries(metafile.outputs).find(([path]) => basename(path) === face)?.[1].exports ?? [];
    files.set(
      face,
      `"use strict";module.exports=require("./start.js").load("${face}");0&&(module.exports={${names.join(",")}});\n`,
    );
  }
  return files;
}

/**
 * A module that is a function to whoever compiles it as a script, as `bin/cbr.js` does: put around it there, the function would
 * be a second copy of the source, garbage enough for a collection. Required, it runs.
 */
function asFunction(code: string): string {
  const names = "exports,require,module,__filename,__dirname";
  return `(f=>typeof module=="undefined"?f:f(${names}))(function(${names}){${code}\n})\n`;
}

function closureOf(entry: string, { outputs }: Metafile): string[] {
  const start = Object.entries(outputs).find(([, output]) => output.entryPoint === entry)?.[0];
  if (start === undefined) throw new Error(`${entry} is no entry of a chunk`);
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { kind, path: next } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && next in outputs) visit(next);
    }
  };
  visit(start);
  return [...seen].map((path) => basename(path));
}

/** `start.js` knows how to load every packed chunk; the other packs hand it theirs. */
function packCode(name: string, modules: string, homes: ReadonlyMap<string, string>): string {
  if (name !== "start.js") return `"use strict";require("./start.js").add(${modules});\n`;
  const elsewhere = Object.fromEntries([...homes].filter(([, home]) => home !== name));
  const find = `if(packOf[name]===undefined)return require("./"+name);
require("./"+packOf[name]);`;
  return `${loaderCode({ packOf: elsewhere, modules, find, other: "require(name)" })}
exports.load=load;
exports.add=(more)=>Object.assign(modules,more);
`;
}

/** A loader of modules: `load(name)` gives the exports of one; `find` gets `modules[name]`, `other` what is no module. */
export function loaderCode(code: {
  packOf: Readonly<Record<string, string>>;
  modules: string;
  find: string;
  other: string;
}): string {
  return `"use strict";
const packOf=${JSON.stringify(code.packOf)};
const modules=${code.modules};
const loaded=new Map();
function load(name){
let module=loaded.get(name);
if(module!==undefined)return module.exports;
if(modules[name]===undefined){
${code.find}
}
loaded.set(name,module={exports:{}});
modules[name](module.exports,localRequire,module);
return module.exports;
}
function localRequire(name){return name.startsWith("./")?load(name.slice(2)):${code.other}}`;
}

function withPacks(code: string, homes: ReadonlyMap<string, string>): string {
  return code.replace(/\brequire\("\.\/([\w.-]+\.js)"\)/g, (whole, chunk: string) =>
    homes.has(chunk) ? `require("./start.js").load("${chunk}")` : whole,
  );
}
