// What AWS itself said of models and profiles, as far as a route needs it: the lists that `models refresh` stored, and
// what an application inference profile stands for.
import type { LiveLists } from "../models/live.ts";
import { parseModelName } from "../models/names.ts";
import { readLiveLists } from "../settings/live-cache.ts";
import type { Settings } from "../settings/settings.ts";
import type { Context } from "./context.ts";

export interface RouteLists {
  /** For every name. */
  stored: LiveLists | null;
  /** For the model asked for: the stored lists and the profile behind its ARN. */
  asked: LiveLists | null;
}

/** An account that does not allow the question must not wait long for the refusal. */
const PATIENCE_MS = 5000;

/**
 * Reads the stored lists. For an application inference profile (`typed` is its ARN) asks GetInferenceProfile, unless
 * `isOffline`; where that is refused, nothing is known of its model, price and geo, which is said with `-v`. Never throws.
 */
export async function listsFor(
  context: Context,
  settings: Settings,
  typed: string | null,
  options: { isOffline: boolean },
): Promise<RouteLists> {
  const arn = resolveAlias(typed, settings);
  const region = regionIn(arn) ?? settings.region?.value ?? null;
  const stored =
    region === null
      ? null
      : await readLiveLists({ host: context.host, settings, region, mainService: "bedrock-runtime" });
  if (options.isOffline || region === null || arn === null || !isApplicationProfile(arn, settings)) {
    return { stored, asked: stored };
  }
  if (stored?.profiles.some((profile) => profile.arn === arn)) return { stored, asked: stored };
  try {
    const plane = await context.controlPlane(settings, region);
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(PATIENCE_MS)]);
    const profile = await plane.getInferenceProfile(arn, { signal });
    const live = {
      id: profile.id,
      arn,
      modelIds: profile.modelArns,
      destinationRegions: [...new Set(profile.modelArns.map((model) => model.split(":")[3] ?? ""))].filter(
        Boolean,
      ),
      status: profile.status ?? "ACTIVE",
    };
    const base = stored ?? { profiles: [], models: [], region, fetchedAt: context.host.now() };
    return { stored, asked: { ...base, profiles: [...base.profiles, live] } };
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    const reason = error instanceof Error ? error.message : String(error);
    context.report.verbose(`the profile's model is not known, so its rules and price are not: ${reason}`);
    return { stored, asked: stored };
  }
}

/** An alias may name another. */
function resolveAlias(typed: string | null, { aliases }: Settings): string | null {
  const seen = new Set<string>();
  let name = typed;
  while (name !== null && Object.hasOwn(aliases, name) && !seen.has(name)) {
    seen.add(name);
    name = aliases[name] ?? null;
  }
  return name;
}

function isApplicationProfile(value: string, settings: Settings): boolean {
  if (!value.startsWith("arn:")) return false;
  const name = parseModelName(value, settings.aliases, null);
  return name.kind === "arn" && name.arn.kind === "application-inference-profile";
}

function regionIn(typed: string | null): string | null {
  return typed?.startsWith("arn:") ? (typed.split(":")[3] ?? null) || null : null;
}
