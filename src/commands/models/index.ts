// cbr models: what can be called, and by which names. The noun has no flags of its own, or it would eat those of `list`;
// `list` is what people mean mostly, so that the others are loaded when they are asked for.
import { Command } from "commander";
import type { Context } from "../../cli/context.ts";
import { listCommand } from "./list.ts";
import type { ShowFlags } from "./show.ts";

export function modelsCommand(context: Context): Command {
  return new Command("models")
    .description(
      "list, show and check Claude models on Bedrock; `cbr models [TERM]` is `cbr models list [TERM]`",
    )
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(showCommand(context))
    .addCommand(checkCommand(context))
    .addCommand(refreshCommand(context));
}

function showCommand(context: Context): Command {
  return new Command("show")
    .description("show everything known of one model")
    .argument("<model>", "alias, base id, inference profile id or ARN")
    .option("--offline", "ask nobody: the stored lists, else the catalog")
    .option("--json", "print JSON")
    .action(async (model: string, _options: unknown, command: Command) => {
      const { show } = await import("./show.ts");
      await show(context, model, command.optsWithGlobals<ShowFlags>());
    });
}

function checkCommand(context: Context): Command {
  return new Command("check")
    .description("say whether this account can call a model here, and if not who can fix it how")
    .argument("<model>", "alias, base id, inference profile id or ARN")
    .option("--geo <geo>", "inference profile: global, us, eu, jp, au, in, apac, us-gov or none")
    .option("--global", "the same as `--geo global`")
    .option("--json", "print JSON")
    .action(async (model: string, _options: unknown, command: Command) => {
      const { checkModel } = await import("./check.ts");
      await checkModel(context, model, command.optsWithGlobals<{ json?: boolean }>());
    });
}

function refreshCommand(context: Context): Command {
  return new Command("refresh")
    .description("store AWS's live lists, for resolution and `--offline`")
    .option("--json", "print JSON")
    .action(async (_options: unknown, command: Command) => {
      const { refresh } = await import("./refresh.ts");
      await refresh(context, command.optsWithGlobals<{ json?: boolean }>());
    });
}
