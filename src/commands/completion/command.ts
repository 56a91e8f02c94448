// cbr completion: the shells' scripts, to print or to put where the shell looks for them.
import { writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { Command, Option } from "commander";
import { confirm } from "../../cli/ask.ts";
import type { Context } from "../../cli/context.ts";
import { CbrError } from "../../core/errors.ts";
import { makePrivateDirectory } from "../../host/directories.ts";
import type { Host } from "../../host/host.ts";
import { shownPath } from "../../settings/paths.ts";
import type { Shell } from "./complete.ts";
import { SCRIPTS } from "./scripts.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

export function completionCommand(context: Context): Command {
  const completion = new Command("completion").description(
    "Print the script that completes commands, flags, models, profiles and sessions in your shell.",
  );
  for (const shell of SHELLS) {
    completion
      .command(shell)
      .description(`print the script for ${shell}`)
      .action(() => context.io.out.write(SCRIPTS[shell]));
  }
  completion
    .command("install")
    .description("write the script where the shell looks for it, after a yes")
    .addOption(new Option("--shell <shell>", "the shell (default: that of $SHELL)").choices([...SHELLS]))
    .option("-y, --yes", "do not ask")
    .action((flags: { shell?: Shell; yes?: boolean }) => install(context, flags));
  return completion;
}

async function install(context: Context, flags: { shell?: Shell; yes?: boolean }): Promise<void> {
  const { host, report } = context;
  const shell = flags.shell ?? shellOf(host);
  const path = placeOf(shell, host);
  if (
    !(await confirm(
      context,
      `Write the completion of ${shell} to ${shownPath(path, host)}?`,
      flags.yes === true,
    ))
  )
    return;
  try {
    makePrivateDirectory(dirname(path));
    await writeFile(path, SCRIPTS[shell]);
  } catch (error) {
    throw new CbrError("file_write_failed", {
      message: `cannot write \`${shownPath(path, host)}\`: ${(error as NodeJS.ErrnoException).code ?? "failed"}`,
      hint: `redirect it yourself: \`cbr completion ${shell} > FILE\``,
      cause: error,
    });
  }
  report.notice(`written to ${shownPath(path, host)}; ${AFTERWARDS[shell](shownPath(dirname(path), host))}`);
}

const AFTERWARDS: Readonly<Record<Shell, (folder: string) => string>> = {
  bash: () => "a new shell completes `cbr` where the package bash-completion is installed",
  zsh: (folder) => `put \`fpath+=${folder}\` before \`compinit\` in your .zshrc, then start a new shell`,
  fish: () => "a new shell completes `cbr`",
};

function shellOf({ env }: Host): Shell {
  const name = env["SHELL"]?.split("/").at(-1);
  const shell = SHELLS.find((each) => each === name);
  if (shell !== undefined) return shell;
  throw new CbrError("bad_flag_value", {
    message:
      name === undefined ? "`SHELL` does not say which shell is in use" : "the shell in `SHELL` is not known",
    hint: "name it, as in `cbr completion install --shell bash`",
  });
}

function placeOf(shell: Shell, { env, home }: Host): string {
  const base = (variable: string, folder: string) => {
    const named = env[variable];
    return named !== undefined && isAbsolute(named) ? named : join(home, folder);
  };
  switch (shell) {
    case "bash":
      return join(base("XDG_DATA_HOME", ".local/share"), "bash-completion", "completions", "cbr");
    case "zsh":
      return join(base("ZDOTDIR", ""), ".zfunc", "_cbr");
    case "fish":
      return join(base("XDG_CONFIG_HOME", ".config"), "fish", "completions", "cbr.fish");
    default:
      throw shell satisfies never;
  }
}
