// What packages do when they are loaded although this program may never need it, put off until it does. Each patch fails
// the build when its package has changed, so that none is lost silently.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "esbuild";

interface Patch {
  file: RegExp;
  /** Why it is worth it. */
  reason: string;
  replace: readonly (readonly [from: string, to: string])[];
}

const PATCHES: readonly Patch[] = [
  {
    file: /node_modules\/commander\/lib\/command\.js$/,
    reason: "subcommands that are programs of their own; node:child_process brings sockets and signals",
    replace: [["const childProcess = require('node:child_process');", "const childProcess = undefined;"]],
  },
  {
    file: /node_modules\/chalk\/source\/index\.js$/,
    reason:
      "what a terminal can show, asked of its environment and of node:os and node:tty: our streams know",
    replace: [
      [
        "import supportsColor from '#supports-color';",
        "const supportsColor = {stdout: false, stderr: false};",
      ],
    ],
  },
  {
    file: /node_modules\/string-width\/index\.js$/,
    reason:
      "a segmenter, the table of all emoji, 20 ms on Node 20, and classes of characters, 1 ms, for text that is nearly always ASCII",
    replace: [
      ["const visibleCharacterRegex = ", "let visible;\nconst visibleCharacterRegex = () => visible ??= "],
      ["segment.search(visibleCharacterRegex)", "segment.search(visibleCharacterRegex())"],
      ["visibleCharacterRegex.test(character)", "visibleCharacterRegex().test(character)"],
      ["const spacingMarkRegex = ", "let spacing;\nconst spacingMarkRegex = () => spacing ??= "],
      ["spacingMarkRegex.test(character)", "spacingMarkRegex().test(character)"],
      [
        "const extendedPictographicRegex = ",
        "let pictographic;\nconst extendedPictographicRegex = () => pictographic ??= ",
      ],
      ["segment.match(extendedPictographicRegex)", "segment.match(extendedPictographicRegex())"],
      ["const segmenter = new Intl.Segmenter();", "let segmenter;"],
      ["of segmenter.segment(string)", "of (segmenter ??= new Intl.Segmenter()).segment(string)"],
      ["const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;", "let rgiEmojiRegex;"],
      ["rgiEmojiRegex.test(segment)", "(rgiEmojiRegex ??= /^\\p{RGI_Emoji}$/v).test(segment)"],
    ],
  },
  {
    file: /node_modules\/strip-ansi\/index\.js$/,
    reason: "a large regular expression for text that seldom has an escape sequence",
    replace: [
      ["const regex = ansiRegex();", "let regex;"],
      ["string.replace(regex, '')", "string.replace(regex ??= ansiRegex(), '')"],
    ],
  },
];

/** What Bun has built in, for builtins of Node's that it would have to load: 1 to 2 ms each; or loaded when used. By importer, of ours only. */
const BUN_BUILTINS: readonly { importer: RegExp; module: string; code: string }[] = [
  {
    importer: /src\/bedrock\/frames\.ts$/,
    module: "node:zlib",
    code: "export const crc32 = (data, seed) => Bun.hash.crc32(data, seed);",
  },
  {
    importer: /src\/core\/pdf\.ts$/,
    module: "node:zlib",
    code: `export const inflateSync = (data, options) => process.getBuiltinModule("node:zlib").inflateSync(data, options);`,
  },
  {
    importer: /src\/bedrock\/sign\.ts$/,
    module: "node:crypto",
    code: `export const createHash = (name) => new Bun.CryptoHasher(name);
export const createHmac = (name, key) => new Bun.CryptoHasher(name, key);`,
  },
];

export const bunBuiltins: Plugin = {
  name: "bun-builtins",
  setup(build) {
    const wanted = new Set(BUN_BUILTINS);
    build.onResolve({ filter: /^node:(zlib|crypto)$/ }, ({ path, importer }) => {
      const found = BUN_BUILTINS.find((each) => each.module === path && each.importer.test(importer));
      if (found === undefined) return undefined;
      wanted.delete(found);
      return { path: found.importer.source, namespace: "bun-builtin" };
    });
    // Its own sockets in place of node:http: loaded, that takes longer than all the rest of a short answer.
    build.onResolve({ filter: /\/direct-http\.ts$/ }, ({ resolveDir }) => ({
      path: join(resolveDir, "bun-http.ts"),
    }));
    build.onLoad({ filter: /.*/, namespace: "bun-builtin" }, ({ path }) => ({
      contents: BUN_BUILTINS.find((each) => each.importer.source === path)?.code ?? "",
    }));
    build.onEnd(() => {
      if (wanted.size > 0) throw new Error("a file no longer imports what Bun has built in");
    });
  },
};

export const patches: Plugin = {
  name: "patches",
  setup(build) {
    for (const { file, replace } of PATCHES) {
      build.onLoad({ filter: file }, async ({ path }) => {
        let contents = await readFile(path, "utf8");
        for (const [from, to] of replace) {
          if (!contents.includes(from)) throw new Error(`${path} no longer has \`${from}\``);
          contents = contents.replace(from, to);
        }
        return { contents, loader: "js" };
      });
    }
    // A long literal is parsed faster as JSON than as JavaScript.
    build.onLoad({ filter: /src\/models\/catalog\.json$/ }, async ({ path }) => {
      const text = JSON.stringify(JSON.parse(await readFile(path, "utf8")));
      return { contents: `export default JSON.parse(${JSON.stringify(text)});`, loader: "js" };
    });
  },
};
