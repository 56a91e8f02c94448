// Gathers one user message from what was typed, attached and piped, in the order files, stdin, words.
import { resolve } from "node:path";
import { CbrError } from "../core/errors.ts";
import type { ContentBlock } from "../core/messages.ts";
import {
  fileBlock,
  isBlank,
  type PromptBlock,
  type PromptPart,
  promptTitle,
  stdinBlock,
  stdinFileBlock,
  wordsBlock,
} from "../core/prompt.ts";
import { statOf } from "../host/read.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import type { Context } from "./context.ts";
import { readFiles } from "./files.ts";
import { readStdin, type StdinContent, type WatchLateStdin, watchNothing } from "./stdin.ts";

export interface PromptOptions {
  /** The prompt as typed; empty when none was. */
  words: readonly string[];
  /** Paths and globs; `-` is stdin. */
  files: readonly string[];
  /** `never`: `--no-stdin`, or stdin belongs to something else; `wait`: `--stdin`. */
  stdin: "auto" | "never" | "wait";
  /** False where the prompt may come from elsewhere (`--body`): nothing gathered is then no error. */
  isPromptRequired: boolean;
}

export interface GatheredPrompt {
  /** Empty only where no prompt was required. */
  content: ContentBlock[];
  /** `parts[i]` says where `content[i]` came from. */
  parts: PromptPart[];
  /** One line of at most 80 characters. */
  title: string;
  /** For a prompt that went without a silent stdin: speaking before the answer is whole makes the answer wrong. */
  watchLateStdin: WatchLateStdin;
}

/** Whose stdin is: the prompt's, or that of the one flag that reads it. Throws CbrError `flag_conflict` where two flags do. */
export function stdinFor(flags: {
  apiKeyFile?: string;
  body?: string;
  file?: readonly string[];
  stdin?: boolean;
}): PromptOptions["stdin"] {
  const { apiKeyFile: key, body, stdin } = flags;
  const isTaken = key === "-" || body === "-";
  if (isTaken && (key === body || flags.file?.includes("-"))) {
    throw new CbrError("flag_conflict", {
      message: "only one of `--api-key-file -`, `--body -` and `-f -` can read stdin",
    });
  }
  return isTaken || stdin === false ? "never" : stdin ? "wait" : "auto";
}

/**
 * Starts reading files and stdin at once, so that it overlaps with whatever the caller does next; the promise may be
 * left alone and awaited later. Throws CbrError of exit code 3 for input that cannot be sent, 2 for a glob that
 * the shell expanded; an interrupt throws its reason.
 */
export function gatherPrompt(context: Context, options: PromptOptions): Promise<GatheredPrompt> {
  const gathered = gather(context, options);
  gathered.catch(() => {}); // the caller may fail before it looks
  return gathered;
}

async function gather(context: Context, options: PromptOptions): Promise<GatheredPrompt> {
  checkPaths(options);
  const plan = planStdin(context, options);
  const own = new AbortController();
  context.onExit(() => own.abort(new Error("the program ends")));
  const signal = AbortSignal.any([context.signal, own.signal]);
  const paths = options.files.filter((path) => path !== "-");
  const none: StdinContent = { bytes: null, watchLate: watchNothing };
  try {
    const [files, stdin] = await Promise.all([
      refuseUnquotedGlob(options, context.host.cwd).then(() => readFiles(paths, context.host.cwd, signal)),
      plan === "ignore" ? none : readStdin(context, plan, signal),
    ]);
    const blocks = files.map(({ path, bytes }) => fileBlock(path, bytes));
    if (stdin.bytes !== null)
      blocks.push(options.files.includes("-") ? stdinFileBlock(stdin.bytes) : stdinBlock(stdin.bytes));
    if (options.words.length > 0) blocks.push(wordsBlock(options.words));
    return assemble(context, options, blocks, stdin.watchLate);
  } catch (error) {
    own.abort(error);
    throw error;
  }
}

function assemble(
  context: Context,
  options: PromptOptions,
  all: readonly PromptBlock[],
  watchLateStdin: WatchLateStdin,
): GatheredPrompt {
  const blocks = all.filter((block) => !isBlank(block));
  if (blocks.length === 0 && options.isPromptRequired)
    throw new CbrError("no_prompt", {
      message: all.length === 0 ? "no prompt given" : "no prompt given: it is empty or only white space",
    });
  for (const { notice } of blocks) if (notice !== null) context.report.notice(notice);
  return {
    content: blocks.map(({ block }) => block),
    parts: blocks.map(({ part }) => part),
    title: promptTitle(blocks),
    watchLateStdin,
  };
}

function planStdin(context: Context, options: PromptOptions): "ignore" | "for-end" | "unless-silent" {
  const isAsked = options.files.includes("-");
  if (options.stdin === "never") {
    if (isAsked)
      throw new CbrError("flag_conflict", { message: "`-f -` reads stdin, which is not to be read" });
    return "ignore";
  }
  switch (context.host.stdin.kind) {
    case "silent":
      if (isAsked) throw new CbrError("empty_file", { message: "stdin is empty" });
      return "ignore";
    case "directory":
      if (isAsked) throw new CbrError("file_not_regular", { message: "stdin is a directory" });
      return "ignore";
    case "terminal":
      return isAsked || options.stdin === "wait" ? "for-end" : "ignore";
    case "file":
      return "for-end";
    case "pipe": {
      const isMissing = options.words.length === 0 && options.isPromptRequired;
      return isAsked || options.stdin === "wait" || isMissing ? "for-end" : "unless-silent";
    }
  }
}

function checkPaths(options: PromptOptions): void {
  if (options.files.includes(""))
    throw new CbrError("bad_flag_value", { message: "`--file` needs a path; its value is empty" });
}

/** `-f *.md words` reaches us as `-f a.md b.md words`: the other files would silently become prompt. */
async function refuseUnquotedGlob(options: PromptOptions, cwd: string): Promise<void> {
  if (options.files.length === 0) return;
  await Promise.all(
    options.words.slice(0, -1).map(async (word) => {
      if (word === "" || !(await isFile(resolve(cwd, word)))) return;
      throw new CbrError("unquoted_glob", {
        message: `the prompt's word \`${sanitizeLine(word, 200)}\` is an existing file that no \`-f\` attaches`,
      });
    }),
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await statOf(path)).isFile();
  } catch {
    return false; // not a path at all, most words
  }
}
