// cbr config edit: the editor works on a copy, which becomes the config file once it is valid.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { confirm } from "../../cli/ask.ts";
import type { Context } from "../../cli/context.ts";
import { CbrError } from "../../core/errors.ts";
import { parseConfig } from "../../settings/file.ts";
import { readConfigText } from "../../settings/load.ts";
import { writeConfig } from "../../settings/write.ts";
import { splitWords } from "./split-words.ts";

const TEMPLATE = `# Settings of cbr; \`cbr config show\` prints them all with what holds now.
# model = "sonnet"
# geo = "eu"
#
# [profile.work]
# region = "eu-west-1"
#
# [aliases]
# fast = "haiku-4.5"
`;

/** Lets the user edit the config file. Nothing changes until the text is valid; an invalid one may be edited again. */
export async function editConfig(context: Context): Promise<void> {
  const { text, shown, path } = await readConfigText(context.host);
  const before = text ?? TEMPLATE;
  const directory = await mkdtemp(join(tmpdir(), "cbr-config-"));
  context.onExit(() => rm(directory, { recursive: true, force: true }));
  const copy = join(directory, "config.toml");
  await writeFile(copy, before, { mode: 0o600 });
  for (;;) {
    await runEditor(context, copy);
    const after = await readFile(copy, "utf8");
    if (after === before) return context.report.notice(`${shown} is unchanged`);
    try {
      await parseConfig(after, shown);
    } catch (error) {
      if (!(error instanceof CbrError) || !context.io.canAsk) throw error;
      context.report.error(error);
      if (await confirm(context, "edit again?", false)) continue;
      return context.report.notice(`${shown} is unchanged`);
    }
    return writeConfig(path, after);
  }
}

async function runEditor(context: Context, file: string): Promise<void> {
  const { env } = context.host;
  const variable = ["VISUAL", "EDITOR"].find((name) => env[name]?.trim());
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
