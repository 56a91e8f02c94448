import type { Parameter } from "../models/rules.ts";

/** Paths whose parameter is not one of their words. */
const PARAMETERS: Readonly<Record<string, Parameter>> = {
  output_config: "effort",
  "output_config.format": "schema",
  messages: "prefill",
};

/** More of a value than this says less than its key alone. */
const LONGEST_VALUE = 60;

/** The parameters that `params` (each `KEY=JSON`) set, and what was written to set them: `--param top_k=5`. The last one holds. */
export function paramSources(params: readonly string[]): Partial<Record<Parameter, string>> {
  const sources: Record<string, string> = {};
  for (const param of params) {
    const [key = "", value = ""] = param.split(/=(.*)/s);
    const source = `--param ${value.length > LONGEST_VALUE ? key : param}`;
    for (const name of [PARAMETERS[key] ?? "", ...key.split(".")]) sources[name] = source;
  }
  return sources;
}
