// cbr iam: the least-privilege policy for a model, a geo and what is to be done with them. Offline.
import { Command } from "commander";
import type { Context } from "../cli/context.ts";
import { CbrError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { leastPrivilege, POLICY_FEATURES, type PolicyFeature } from "../core/policy.ts";
import { regionsOfGeo } from "../models/geos.ts";
import { type Route, resolveRoute } from "../models/route.ts";
import type { Settings } from "../settings/settings.ts";

interface Flags {
  features?: string[];
  firstUse?: boolean;
  bearer?: boolean;
  check?: boolean;
}

export function iamCommand(context: Context): Command {
  return new Command("iam")
    .description("print the least-privilege IAM policy for a model, a geo and features")
    .option("-m, --model <model>", "alias, model id, profile id or ARN (default: the `model` setting)")
    .option("--geo <geo>", "part of the world that requests may be routed in")
    .option("--global", "the same as `--geo global`")
    .option("--no-check", "do not check model, geo and region against each other")
    .option(
      "--features <list>",
      `what to allow besides, separated by commas: ${POLICY_FEATURES.join(", ")}`,
      addFeatures,
    )
    .option("--first-use", "with the Marketplace actions that an account's first call needs")
    .option("--bearer", "for the principal of a Bedrock API key")
    .option("--json", "print JSON, as always")
    .action(async (_options: unknown, command: Command) => {
      await printPolicy(context, command.optsWithGlobals<Flags>());
    });
}

async function printPolicy(context: Context, flags: Flags): Promise<void> {
  const settings = await context.settings({ ...flags });
  const features = new Set((flags.features ?? []).map(parseFeature));
  if (settings.api?.value === "mantle") features.add("mantle");
  const route = routeOf(settings, flags, features.has("mantle") ? "mantle" : null);
  if (route.api === "mantle") features.add("mantle");
  for (const { code, message } of route.warnings) context.report.warn(code, message);
  for (const notice of route.notices) context.report.notice(notice);
  const policy = leastPrivilege({
    modelId: route.modelId,
    baseId: route.baseId,
    geo: route.geo,
    region: route.region.value,
    destinations: (route.geo === null ? null : regionsOfGeo(route.geo)) ?? [],
    features,
    isFirstUse: flags.firstUse === true,
    isBearer: flags.bearer === true,
  });
  await context.io.out.write(`${JSON.stringify(policy, null, 2)}\n`);
}

/** The policy is for wherever it will be used: only a region asked for here must fit a geo asked for here. */
function routeOf(settings: Settings, flags: Flags, api: "mantle" | null): Route {
  const routeFrom = (region: Settings["region"]) =>
    resolveRoute({
      model: settings.model,
      geo: settings.geo,
      region,
      aliases: settings.aliases,
      isChecked: flags.check !== false,
      api,
      live: null,
    });
  const { geo, region } = settings;
  if (geo?.origin !== "flag" || region === null || region.origin === "flag") return routeFrom(region);
  try {
    return routeFrom(region);
  } catch (error) {
    if (!(error instanceof CbrError) || error.code !== "region_cannot_call") throw error;
    const route = routeFrom(null);
    const { value } = route.region;
    const notice = `\`${region.value}\` (${region.source}) is not in geo \`${geo.value}\`: the policy is for \`${value}\`; \`--region\` chooses another`;
    return { ...route, notices: [notice] };
  }
}

function addFeatures(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), ...value.split(",").map((name) => name.trim())];
}

function parseFeature(name: string): PolicyFeature {
  const found = POLICY_FEATURES.find((feature) => feature === name);
  if (found !== undefined) return found;
  const [match] = nearest(name, POLICY_FEATURES, 1);
  throw new CbrError("bad_flag_value", {
    message: `\`--features\`: \`${name}\` is none of ${POLICY_FEATURES.map((one) => `\`${one}\``).join(", ")}`,
    ...(match !== undefined && { hint: `did you mean \`${match}\`?` }),
  });
}
