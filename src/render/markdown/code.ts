// Colours for code, a line at a time: CodeMirror's modes carry their state from line to line, so that what is shown
// never has to be shown again. This module is heavy and loaded with the renderer only.

import { c, cpp, csharp, dart, java, kotlin, objectiveC, scala } from "@codemirror/legacy-modes/mode/clike";
import { clojure } from "@codemirror/legacy-modes/mode/clojure";
import { css, less, sCSS } from "@codemirror/legacy-modes/mode/css";
import { diff } from "@codemirror/legacy-modes/mode/diff";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { erlang } from "@codemirror/legacy-modes/mode/erlang";
import { go } from "@codemirror/legacy-modes/mode/go";
import { groovy } from "@codemirror/legacy-modes/mode/groovy";
import { haskell } from "@codemirror/legacy-modes/mode/haskell";
import { http } from "@codemirror/legacy-modes/mode/http";
import { javascript, json, typescript } from "@codemirror/legacy-modes/mode/javascript";
import { julia } from "@codemirror/legacy-modes/mode/julia";
import { lua } from "@codemirror/legacy-modes/mode/lua";
import { nginx } from "@codemirror/legacy-modes/mode/nginx";
import { perl } from "@codemirror/legacy-modes/mode/perl";
import { powerShell } from "@codemirror/legacy-modes/mode/powershell";
import { properties } from "@codemirror/legacy-modes/mode/properties";
import { protobuf } from "@codemirror/legacy-modes/mode/protobuf";
import { python } from "@codemirror/legacy-modes/mode/python";
import { r } from "@codemirror/legacy-modes/mode/r";
import { ruby } from "@codemirror/legacy-modes/mode/ruby";
import { rust } from "@codemirror/legacy-modes/mode/rust";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { standardSQL } from "@codemirror/legacy-modes/mode/sql";
import { swift } from "@codemirror/legacy-modes/mode/swift";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { html, xml } from "@codemirror/legacy-modes/mode/xml";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { StringStream } from "@codemirror/streamparser";

interface Mode {
  /** Most modes give undefined where the type says null. */
  token(stream: StringStream, state: unknown): string | null | undefined;
  startState?(indentUnit: number): unknown;
  blankLine?(state: unknown, indentUnit: number): void;
}

const MODES: readonly [names: string, mode: unknown][] = [
  ["js javascript jsx mjs cjs node", javascript],
  ["ts typescript tsx mts cts", typescript],
  ["json jsonc json5 jsonl", json],
  ["py python python3 py3", python],
  ["sh bash zsh shell shellscript console shell-session terminal", shell],
  ["go golang", go],
  ["rs rust", rust],
  ["c h", c],
  ["cpp c++ cc hpp cxx", cpp],
  ["cs csharp c#", csharp],
  ["java", java],
  ["kt kotlin kts", kotlin],
  ["scala", scala],
  ["dart", dart],
  ["objc objective-c m", objectiveC],
  ["swift", swift],
  ["rb ruby", ruby],
  ["css", css],
  ["scss sass", sCSS],
  ["less", less],
  ["html htm vue svelte", html],
  ["xml svg xsd plist", xml],
  ["yaml yml", yaml],
  ["toml", toml],
  ["ini properties env dotenv conf cfg", properties],
  ["sql mysql postgres postgresql sqlite plsql", standardSQL],
  ["diff patch", diff],
  ["dockerfile docker containerfile", dockerFile],
  ["nginx", nginx],
  ["http", http],
  ["lua", lua],
  ["perl pl", perl],
  ["r", r],
  ["julia jl", julia],
  ["haskell hs", haskell],
  ["clojure clj cljs edn", clojure],
  ["erlang erl", erlang],
  ["groovy gradle jenkinsfile", groovy],
  ["powershell ps1 pwsh ps", powerShell],
  ["protobuf proto", protobuf],
];
const BY_NAME = new Map(
  MODES.flatMap(([names, mode]) => names.split(" ").map((name) => [name, mode as Mode])),
);

/** Longer lines are data, not code to read. */
const LONGEST = 2000;
const INDENT = 2;
const TAB = 4;

/** Gives each line of a block of code its colours, in order. `info` is what stands behind the fence. */
export function highlighter(
  info: string,
  paint: (text: string, kind: string) => string,
): (line: string) => string {
  const mode = BY_NAME.get((/^[^\s{,:]+/.exec(info)?.[0] ?? "").toLowerCase());
  if (mode === undefined) return (line) => line;
  const state = mode.startState?.(INDENT) ?? {};
  let isLost = false;
  return (line) => {
    if (isLost || line.length > LONGEST) return line;
    try {
      return paintLine(mode, state, line, paint);
    } catch {
      isLost = true; // a mode that stumbles must not cost the answer
      return line;
    }
  };
}

function paintLine(
  mode: Mode,
  state: unknown,
  line: string,
  paint: (text: string, kind: string) => string,
): string {
  if (line === "") {
    mode.blankLine?.(state, INDENT);
    return "";
  }
  const stream = new StringStream(line, TAB, INDENT);
  let painted = "";
  while (!stream.eol()) {
    const kind = nextToken(mode, stream, state);
    const text = stream.current();
    painted += kind ? paint(text, kind) : text;
    stream.start = stream.pos;
  }
  return painted;
}

function nextToken(mode: Mode, stream: StringStream, state: unknown): string | null | undefined {
  // A mode may change its state without moving, a few times.
  for (let attempt = 0; attempt < 10; attempt++) {
    const kind = mode.token(stream, state);
    if (stream.pos > stream.start) return kind;
  }
  throw new Error("the mode does not move");
}
