// cbr config edit: the editor works on a copy, which becomes the config file once it is valid.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askLine } from "../../cli/ask.ts";
import type { Context } from "../../cli/context.ts";
import { runEditor } from "../../cli/external-editor.ts";
import { CbrError } from "../../core/errors.ts";
import { sanitizeLine } from "../../render/sanitize.ts";
import { parseConfig } from "../../settings/file.ts";
import { readConfigText } from "../../settings/load.ts";
import { writeConfig } from "../../settings/write.ts";

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

/**
 * Lets the user edit the config file. Nothing changes until the text is valid; an invalid one may be edited again. Text that
 * does not become the config file, whatever the reason, is kept where it was written, and where that is is said.
 */
export async function editConfig(context: Context): Promise<void> {
  const { text, shown, path } = await readConfigText(context.host);
  const before = text ?? TEMPLATE;
  const directory = await mkdtemp(join(tmpdir(), "cbr-config-"));
  const copy = join(directory, "config.toml");
  await writeFile(copy, before, { mode: 0o600 });
  let settled = before;
  context.onExit(async () => {
    const left = await readFile(copy, "utf8").catch(() => settled);
    if (left === settled) return rm(directory, { recursive: true, force: true });
    context.report.line(`what you wrote is kept in ${sanitizeLine(copy)}`);
  });
  for (;;) {
    await runEditor(context, copy);
    const after = await readFile(copy, "utf8");
    if (after === before) return context.report.notice(`${shown} is unchanged`);
    const problem = await problemOf(after, shown);
    if (problem !== null) {
      if (!context.io.canAsk) throw problem;
      context.report.error(problem);
      if (!/^n/i.test(await askLine(context, "Edit it again? [Y/n] "))) continue;
      context.exitCode = problem.exitCode;
      return context.report.notice(`${shown} is unchanged`);
    }
    if (await writeConfig(path, after, text)) {
      settled = after;
      return;
    }
    throw new CbrError("file_write_failed", {
      message: `${shown} was changed by somebody else meanwhile; nothing was written`,
      hint: "edit it again",
    });
  }
}

async function problemOf(text: string, shown: string): Promise<CbrError | null> {
  try {
    await parseConfig(text, shown);
    return null;
  } catch (error) {
    if (error instanceof CbrError) return error;
    throw error;
  }
}
