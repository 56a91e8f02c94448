// What can be said of this machine without asking anybody: versions, the config file, the settings, the default model.
import { awsCliVersion, findAwsCli } from "../../cli/aws-cli.ts";
import { CbrError } from "../../core/errors.ts";
import { VERSION } from "../../core/version.ts";
import { describeSettings } from "../../settings/describe.ts";
import { readConfigText } from "../../settings/load.ts";
import { configPath, shownPath } from "../../settings/paths.ts";
import type { Settings } from "../../settings/settings.ts";
import { conflictsIn } from "./conflicts.ts";
import { type Check, failed, type Outcome, skipped } from "./examine.ts";
import { isAboutKey, type Scene } from "./scene.ts";

const AWS_CLI_LIMIT_MS = 3000;
/** The first AWS CLI versions that know Bedrock (released 28 September 2023). */
const FIRST_WITH_BEDROCK: Readonly<Record<number, readonly [number, number]>> = { 1: [29, 57], 2: [13, 23] };

export function localChecks(scene: Scene): Check[] {
  return [
    { name: "version", run: () => version(scene) },
    { name: "aws_cli", isOptional: true, run: () => awsCli(scene) },
    { name: "config", run: () => config(scene) },
    { name: "settings", needs: ["config"], run: () => settings(scene) },
  ];
}

/** Who is trusted: a bundle that cannot be used stops everything that follows. */
export function certificatesCheck(scene: Scene): Check {
  return { name: "certificates", needs: ["settings"], run: () => certificates(scene) };
}

/** The default model's route: without it nothing can be asked of it. */
export function modelCheck(scene: Scene): Check {
  return { name: "model", needs: ["settings"], run: () => model(scene) };
}

function version({ context: { host } }: Scene): Outcome {
  return { status: "ok", message: `cbr ${VERSION}, ${host.runtime}, ${host.platform}` };
}

async function awsCli({ context: { host } }: Scene): Promise<Outcome> {
  const path = await findAwsCli(host);
  if (path === null) return skipped("the AWS CLI is not installed; cbr does not need it");
  const said = await awsCliVersion(path, host, AWS_CLI_LIMIT_MS);
  const found = /aws-cli\/((\d+)\.(\d+)\.(\d+))/.exec(said ?? "");
  const shown = shownPath(path, host);
  if (found === null) {
    const message = `${shown} did not tell its version within ${AWS_CLI_LIMIT_MS / 1000} s`;
    return { status: "warning", message, fix: "run `aws --version` and see; cbr does not need it" };
  }
  const [major, minor, patch] = found.slice(2).map(Number) as [number, number, number];
  const [leastMinor, leastPatch] = FIRST_WITH_BEDROCK[major] ?? [0, 0];
  const isNew = minor > leastMinor || (minor === leastMinor && patch >= leastPatch);
  if (isNew) return { status: "ok", message: `aws-cli ${found[1]} (${shown})` };
  return {
    status: "warning",
    message: `aws-cli ${found[1]} (${shown}) does not know Bedrock`,
    fix: `install 2.13.23 or newer to use \`aws bedrock\`; cbr does not need it`,
  };
}

async function config({ context: { host }, failure, settings }: Scene): Promise<Outcome> {
  if (failure?.code === "config_invalid") return failed(failure);
  const unreadable = settings?.warnings.find(({ code }) => code === "config_unreadable");
  if (unreadable !== undefined) {
    return { status: "warning", message: unreadable.message, fix: "make it readable, or set `CBR_CONFIG`" };
  }
  const shown = shownPath(configPath(host).path, host);
  const { text } = await readConfigText(host).catch(() => ({ text: null }));
  return { status: "ok", message: text === null ? `none (it would be ${shown})` : shown };
}

function settings({ context: { host }, failure, settings: found }: Scene): Outcome {
  if (found === null) {
    return failure === null ? failed(new Error("no settings")) : failed(failure);
  }
  const details = sourcesOf(found, shownPath(configPath(host).path, host));
  const conflicts = conflictsIn(found, host.env, host.blankVariables);
  if (conflicts.length === 0) {
    return { status: "ok", message: details.join(", ") || "defaults everywhere", details };
  }
  const fixes = conflicts.flatMap(({ fix }) => (fix === null ? [] : [fix]));
  return {
    status: "warning",
    message: conflicts.map(({ message }) => message).join("; "),
    fix: fixes.length > 0 ? fixes.join("; ") : null,
    details,
  };
}

async function certificates(scene: Scene): Promise<Outcome> {
  const { env, runtime } = scene.context.host;
  const isUnchecked = env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0";
  const bundle = scene.settings?.ca_bundle ?? null;
  await scene.diagnosis();
  if (isUnchecked) {
    const message =
      "`NODE_TLS_REJECT_UNAUTHORIZED=0`: certificates are not checked, anyone on the way can read along";
    return {
      status: "warning",
      message,
      fix: "unset it, and give your company's CA with `--ca-bundle PATH`",
    };
  }
  const trusted = [
    `those that ${runtime} trusts`,
    env["NODE_EXTRA_CA_CERTS"] === undefined ? null : "`NODE_EXTRA_CA_CERTS`",
    bundle === null ? null : `${bundle.value} (${bundle.source})`,
  ];
  return { status: "ok", message: trusted.filter((one) => one !== null).join(", ") };
}

/** Text that a person wrote for Claude is nobody else's business. */
const UNSHOWN = new Set(["system"]);

function sourcesOf(found: Settings, path: string): string[] {
  return describeSettings(found, path)
    .filter(({ source, name }) => source !== "default" && name !== "output_format" && name !== "error_format")
    .map(({ name, value, source }) => `${name} ${UNSHOWN.has(name) ? "set" : String(value)} (${source})`);
}

function model({ route, settings: found, failure }: Scene): Outcome {
  if (route instanceof CbrError) return failed(route);
  if (found === null || (failure !== null && !isAboutKey(failure))) return skipped("needs settings");
  const geo = route.geo === null ? "" : `, geo ${route.geo}`;
  const what = `${route.modelId} in ${route.region.value}${geo}, by ${route.api}`;
  const [warning, ...more] = route.warnings;
  if (warning === undefined) return { status: "ok", message: what };
  const message = [warning, ...more].map((one) => one.message).join("; ");
  return { status: "warning", message, fix: "set another `model`", details: [what] };
}
