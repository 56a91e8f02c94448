// cbr models: what can be called, and by which names. The noun has no flags of its own, or it would eat those of `list`.
import { Command } from "commander";
import type { Context } from "../../cli/context.ts";
import { checkCommand } from "./check.ts";
import { listCommand } from "./list.ts";
import { refreshCommand } from "./refresh.ts";
import { showCommand } from "./show.ts";

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
