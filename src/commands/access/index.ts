// cbr access: the agreement, form and data-retention mode that stand before a model's first call.
import { Command } from "commander";
import type { Context } from "../../cli/context.ts";
import { requestCommand } from "./request.ts";
import { showCommand } from "./show.ts";

export function accessCommand(context: Context): Command {
  return new Command("access")
    .description("show or request access to a model: agreement, use-case form, data-retention mode")
    .addCommand(showCommand(context))
    .addCommand(requestCommand(context));
}
