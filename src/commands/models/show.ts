import { Command } from "commander";
import type { Context } from "../../cli/context.ts";

export function showCommand(_context: Context): Command {
  return new Command("show").argument("<model>");
}
