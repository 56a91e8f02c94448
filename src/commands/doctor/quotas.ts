// How much of the default model this account may use here, as Service Quotas tells it.
import type { Quota } from "../../core/diagnosis.ts";
import { CbrError } from "../../core/errors.ts";
import type { Route } from "../../models/route.ts";
import { type Finding, isDenied, type Outcome, skipped } from "./examine.ts";
import type { Scene } from "./scene.ts";

/** The quotas of the route's model and kind of profile; a quota of 0 is a warning, a refused question no failure. */
export async function quotas(
  scene: Scene,
  route: Route,
  signal: AbortSignal,
  earlier: (name: string) => Promise<Finding>,
): Promise<Outcome> {
  const name = route.model?.name;
  if (name === undefined) return skipped("the catalog does not know the model's name");
  const identity = await earlier("identity");
  if (identity.status === "failed" && !isDenied(identity)) return skipped("needs identity");
  let found: Quota[];
  try {
    found = await (await scene.diagnosis()).quotas((quota) => isOf(quota, name, route.geo), { signal });
  } catch (error) {
    if (!(error instanceof CbrError)) throw error;
    return skipped(`cannot be seen: ${error.message}`);
  }
  if (found.length === 0) return skipped(`Service Quotas names none for ${name}`);
  const details = found.map((quota) => `${quota.name}: ${count(quota.value)}`);
  const none = found.find(({ value }) => value === 0);
  if (none !== undefined) {
    const message = `\`${none.name}\` is 0: every call is throttled`;
    return { status: "warning", message, fix: "ask for more in the Service Quotas console", details };
  }
  return {
    status: "ok",
    message: found.map((quota) => `${count(quota.value)} ${unitOf(quota.name)}`).join(", "),
    details,
  };
}

/** AWS writes `Global cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1` and the like. */
function isOf(quota: string, model: string, geo: string | null): boolean {
  const text = quota.toLowerCase();
  if (!new RegExp(`anthropic ${escaped(model.toLowerCase())}(?![\\d.])`).test(text)) return false;
  if (/batch|provisioned|1m context|doubled/.test(text)) return false;
  if (geo === "none") return text.startsWith("on-demand");
  return geo === "global" ? text.startsWith("global cross-region") : /^(geo )?cross-region/.test(text);
}

function unitOf(name: string): string {
  return (
    /(?:tokens|requests|inferences)[^,]*? per (?:minute|day)/i.exec(name)?.[0].toLowerCase() ?? `(${name})`
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
