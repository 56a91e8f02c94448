// The user's own editor on a file: `$VISUAL`, `$EDITOR` or vi, its words split without a shell.
import { spawn } from "node:child_process";
import { CbrError } from "../core/errors.ts";
import type { Context } from "./context.ts";
import { splitWords } from "./split-words.ts";

/** Resolves when the editor has ended well. Throws CbrError `bad_setting` naming the variable where it did not, `confirmation_required` without terminal and editor. */
export async function runEditor(context: Context, file: string): Promise<void> {
  const { env } = context.host;
  const variable = ["VISUAL", "EDITOR"].find((name) => env[name]?.trim());
  if (variable === undefined && !context.io.canAsk) {
    throw new CbrError("confirmation_required", {
      message: "there is no terminal to edit on",
      hint: "set `VISUAL` or `EDITOR` to a program that edits by itself",
    });
  }
  const words = splitWords(variable === undefined ? "vi" : (env[variable] ?? ""));
  const [command = "vi", ...before] = words;
  const fail = (why: string) =>
    new CbrError("bad_setting", {
      message: `the editor \`${command}\`${variable ? ` (from \`${variable}\`)` : ""} ${why}`,
      hint: "set `VISUAL` or `EDITOR`",
    });
  // Ctrl-C in an editor is the editor's.
  const release = context.onInterrupt(() => {});
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(command, [...before, file], { stdio: "inherit", env: { ...env } });
      child.on("error", (error: NodeJS.ErrnoException) => reject(fail(`cannot be started (${error.code})`)));
      child.on("close", (code, signal) => {
        if (code === 0) resolve();
        else reject(fail(`ended with ${code ?? signal}; nothing was changed`));
      });
    });
  } finally {
    release();
  }
}
