import type { Api } from "../core/claude.ts";
import type { MessagesBody } from "../core/messages.ts";
import type { CatalogModel } from "./catalog.ts";
import { isThinking } from "./reasoning.ts";

/** `native`: output_config.format. The others: one tool whose input is the answer, forced or only offered. */
export type SchemaStrategy = "native" | "forced-tool" | "offered-tool";

/**
 * How a JSON Schema is enforced. Structured outputs exist on InvokeModel and Converse for the models that have them;
 * thinking and a forced tool exclude each other, and some models refuse forcing altogether. Unknown models get an offer.
 */
export function schemaStrategy(
  model: CatalogModel | null,
  api: Api,
  thinking?: MessagesBody["thinking"],
): SchemaStrategy {
  if (model === null) return "offered-tool";
  if (model.structured_output === true && (api === "invoke" || api === "converse")) return "native";
  switch (model.forced_tool_choice) {
    case "yes":
      return thinking !== undefined && thinking.type !== "disabled" ? "offered-tool" : "forced-tool";
    case "without_thinking":
      return isThinking(model, thinking) ? "offered-tool" : "forced-tool";
    case "no":
    case null:
      return "offered-tool";
    default:
      return model.forced_tool_choice satisfies never;
  }
}
