import type { Parameter } from "../models/rules.ts";

/** The body fields that decide each parameter. */
const FIELDS: Partial<Record<Parameter, readonly string[]>> = {
  max_tokens: ["max_tokens"],
  temperature: ["temperature"],
  top_p: ["top_p"],
  top_k: ["top_k"],
  thinking: ["thinking", "thinking.type", "thinking.budget_tokens"],
  effort: ["output_config", "output_config.effort"],
  schema: ["output_config", "output_config.format"],
  tool_choice: ["tool_choice", "tool_choice.type"],
  prefill: ["messages"],
  user_id: ["metadata", "metadata.user_id"],
  stop_sequences: ["stop_sequences"],
};

/** More of a value than this says less than its key alone. */
const LONGEST_VALUE = 60;

/** The parameters that `params` (each `KEY=JSON`) set, and what was written to set them: `--param top_k=5`. The last one holds. */
export function paramSources(params: readonly string[]): Partial<Record<Parameter, string>> {
  const sources: Partial<Record<Parameter, string>> = {};
  for (const param of params) {
    const at = param.indexOf("=");
    const [key, value] = [param.slice(0, at), param.slice(at + 1)];
    for (const [parameter, fields] of Object.entries(FIELDS)) {
      if (!fields.includes(key)) continue;
      const written = value.length > LONGEST_VALUE ? key : `${key}=${value}`;
      sources[parameter as Parameter] = `--param ${written}`;
    }
  }
  return sources;
}
