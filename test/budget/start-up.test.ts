// What a command loads before it does anything. Counted in modules and bytes, never in milliseconds: those wobble.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Bundle, bundleProgram } from "../../scripts/build.ts";
import { cleanEnv, freshHome } from "../support/cbr.ts";

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleProgram();
});

const START = ["src/main.ts", "src/host/system.ts"];
const ASK = [
  "src/commands/invoke/command.ts",
  "src/commands/invoke/run.ts",
  "src/settings/load.ts",
  "src/bedrock/connect.ts",
  "src/bedrock/invoke.ts",
];

/** Every source file that is loaded with these, by static imports; bytes in the bundle by file. */
function loadedWith(entries: readonly string[]): Map<string, number> {
  const { outputs } = bundle.metafile;
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { kind, path: next } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && next in outputs) visit(next);
    }
  };
  for (const entry of entries) {
    const found = Object.entries(outputs).find(([, output]) => output.entryPoint === entry)?.[0];
    if (found === undefined) throw new Error(`${entry} is not loaded on its own`);
    visit(found);
  }
  return new Map(
    [...seen].flatMap((path) =>
      Object.entries(outputs[path]?.inputs ?? {}).map(
        ([file, { bytesInOutput }]) => [file, bytesInOutput] as const,
      ),
    ),
  );
}

function packagesIn(files: ReadonlyMap<string, number>): string[] {
  const names = [...files.keys()].flatMap(
    (file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
  );
  return [...new Set(names)].sort();
}

function bytesOf(files: ReadonlyMap<string, number>): number {
  return [...files.values()].reduce((sum, size) => sum + size, 0);
}

describe("by static imports", () => {
  test("the start, and so --help and --version, has no package but the parser of flags and the colours", () => {
    const files = loadedWith(START);
    expect(packagesIn(files)).toEqual(["chalk", "commander"]);
    expect(bytesOf(files)).toBeLessThan(150_000);
    expect([...files.keys()].filter((file) => file.startsWith("src/bedrock/"))).toEqual([]);
  });

  test.each([
    [
      "models",
      ["src/commands/models/index.ts", "src/settings/load.ts"],
      ["get-east-asian-width", "string-width"],
    ],
    ["convert", ["src/commands/convert.ts", "src/settings/load.ts"], []],
    [
      "config",
      ["src/commands/config/config.ts", "src/settings/load.ts"],
      ["get-east-asian-width", "string-width"],
    ],
    ["explain", ["src/commands/explain.ts"], ["get-east-asian-width", "string-width"]],
    ["an answer of invoke", ASK, []],
  ])("%s adds no package that is heavy", (_, entries, allowed) => {
    const packages = packagesIn(loadedWith([...START, ...entries]));
    expect(
      packages.filter(
        (name) => !["ansi-regex", "strip-ansi", "chalk", "commander", ...allowed].includes(name),
      ),
    ).toEqual([]);
  });

  test("what a streamed answer needs stays small", () => {
    expect(bytesOf(loadedWith([...START, ...ASK]))).toBeLessThan(400_000);
  });
});

describe("when it runs", () => {
  const report = join(mkdtempSync(join(tmpdir(), "cbr-budget-")), "hook.cjs");
  writeFileSync(
    report,
    `process.on("exit", () => require("node:fs").writeFileSync(process.env.LOADED, JSON.stringify({
      files: Object.keys(require.cache).filter((file) => file !== __filename).map((file) => require("node:path").basename(file)),
      builtins: process.moduleLoadList.flatMap((name) => /^NativeModule (?!internal\\/)(.*)/.exec(name)?.[1] ?? []),
    })));`,
  );

  function loadedBy(args: readonly string[]): { files: string[]; builtins: string[] } {
    const home = freshHome();
    const path = join(home, "loaded.json");
    const program = join(import.meta.dirname, "../../bin/cbr.js");
    const { status, stderr } = spawnSync(process.execPath, ["--require", report, program, ...args], {
      // Without its cache the program is loaded by require(), and so can be watched.
      env: cleanEnv(home, { LOADED: path, NODE_DISABLE_COMPILE_CACHE: "1" }),
      input: '{"model":"claude-sonnet-4-5","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}',
    });
    expect(status, String(stderr)).toBe(0);
    return JSON.parse(readFileSync(path, "utf8"));
  }

  test.each([[["--help"]], [["--version"]], [["--version", "--json"]]])(
    "%j reads two files of ours and opens no stream",
    (args) => {
      const { files, builtins } = loadedBy(args);
      expect(files.filter((file) => file !== "system.js").sort()).toEqual(["cbr.js", "start.js"]);
      expect(builtins.filter((name) => HEAVY.includes(name))).toEqual([]);
    },
  );

  test.each([
    [["models", "list", "--offline"]],
    [["convert", "--to", "bedrock"]],
    [["config", "path"]],
    [["explain", "throttled"]],
  ])("%j opens no network and runs no program", (args) => {
    const { files, builtins } = loadedBy(args);
    expect(files.length).toBeLessThan(30);
    expect(files).not.toContain("ask.js");
    expect(
      builtins.filter((name) => ["http", "https", "tls", "http2", "child_process"].includes(name)),
    ).toEqual([]);
  });

  test("`models list --offline` reads five files, hashes nothing and has no use for promises of files", () => {
    const { files, builtins } = loadedBy(["models", "list", "--offline"]);
    expect(files.filter((file) => file !== "system.js").sort()).toEqual([
      "cbr.js",
      "models.js",
      "settings.js",
      "shared.js",
      "start.js",
    ]);
    expect(builtins.filter((name) => [...HEAVY, "crypto", "fs/promises", "stream"].includes(name))).toEqual(
      [],
    );
  });

  const HEAVY = [
    "http",
    "https",
    "http2",
    "net",
    "tls",
    "tty",
    "zlib",
    "child_process",
    "worker_threads",
    "readline",
  ];
});
