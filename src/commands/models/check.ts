import { Command } from "commander";
import type { Context } from "../../cli/context.ts";

export function checkCommand(_context: Context): Command {
  return new Command("check").argument("<model>");
}
