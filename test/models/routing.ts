// Routes and refusals for what was typed, as the commands ask for them.
import { CbrError } from "../../src/core/errors.ts";
import { type Route, type RouteRequest, resolveRoute } from "../../src/models/route.ts";

export type Typed = Partial<Omit<RouteRequest, "model" | "geo" | "region">> & {
  model?: string;
  /** `--geo` */
  geo?: string;
  /** `geo` in the config file. */
  guard?: string;
  region?: string;
};

export function route({ model, geo, guard, region, ...rest }: Typed = {}): Route {
  return resolveRoute({
    model: model === undefined ? null : { value: model, source: "--model" },
    geo: geo
      ? { value: geo, source: "--geo", origin: "flag" }
      : guard
        ? { value: guard, source: "config.toml", origin: "file" }
        : null,
    region: region === undefined ? null : { value: region, source: "AWS_REGION", origin: "environment" },
    aliases: {},
    isChecked: true,
    api: null,
    live: null,
    ...rest,
  });
}

export function failure(typed: Typed): CbrError {
  try {
    route(typed);
  } catch (error) {
    if (error instanceof CbrError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

export const codes = (result: Route) => result.warnings.map((warning) => warning.code);
