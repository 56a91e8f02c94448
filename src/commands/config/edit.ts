// cbr config edit: the editor works on a copy, which becomes the config file once it is valid.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { confirm } from "../../cli/ask.ts";
import type { Context } from "../../cli/context.ts";
import { runEditor } from "../../cli/external-editor.ts";
import { CbrError } from "../../core/errors.ts";
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
    if (await writeConfig(path, after, text)) return;
    throw new CbrError("file_write_failed", {
      message: `${shown} was changed by somebody else meanwhile; nothing was written`,
      hint: "edit it again",
    });
  }
}
