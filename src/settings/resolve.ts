// One value and one source for each setting. Pure: everything was read before.
import { readApiKey } from "../core/api-key.ts";
import { CbrError } from "../core/errors.ts";
import { DEFINITIONS, flagKeyOf, flagOf, SETTING_NAMES, type ValueKind, variableOf } from "./definitions.ts";
import { ignoresConfiguredEndpoints, resolveEndpoints } from "./endpoints.ts";
import { beatsKeyVariables, chooseProfile } from "./profile.ts";
import type { Setting, SettingName, Settings, SettingTable, SettingValues } from "./settings.ts";
import type { Sources } from "./sources.ts";
import { accept, isSet, type Parsed, parseFileValue, parseText } from "./values.ts";

/**
 * Weighs the sources: flag, `CBR_*`, `AWS_*`, config file (section of the profile, then top level), the region inside a
 * short-term API key, AWS profile, default. Throws CbrError of exit code 2 for a value that its source may not hold,
 * `profile_not_found`, `token_region_mismatch`.
 */
export function resolveSettings(sources: Sources): Settings {
  const warnings: { code: string; message: string }[] = [];
  const profile = resolveSetting("profile", sources, null);
  const awsProfile = chooseProfile(profile, sources);
  const table = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, resolveSetting(name, sources, awsProfile)]),
  ) as SettingTable;
  const usesKey = sources.key !== null && table.auth?.value !== "sigv4";
  const keyVariable = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].find((name) => isSet(sources.env[name]));
  if (keyVariable && awsProfile !== null && !beatsKeyVariables({ profile, awsProfile }) && !usesKey) {
    warnings.push({
      code: "credentials_conflict",
      message: `\`${keyVariable}\` and \`AWS_PROFILE\` are both set: the key variables are used; \`--profile\` chooses the profile`,
    });
  }
  return {
    ...table,
    region: usesKey ? regionWithKey(table.region, sources.key?.token ?? "") : table.region,
    error_format: errorFormat(table),
    awsProfile,
    endpoints: resolveEndpoints(sources, awsProfile),
    bearer: sources.key === null ? null : { source: sources.key.source },
    // Without a prototype, so that no alias is called `constructor`.
    aliases: sources.file?.aliases ?? Object.create(null),
    warnings,
  };
}

/** One setting from the sources; null where nothing sets it. `awsProfile` is the section of the AWS files to look in. */
export function resolveSetting<K extends SettingName>(
  name: K,
  sources: Sources,
  awsProfile: string | null,
): Setting<SettingValues[K]> | null {
  const found =
    fromFlags(name, sources) ??
    fromEnvironment(name, sources) ??
    fromFile(name, sources) ??
    fromAwsProfile(name, sources, awsProfile) ??
    fromDefault(name);
  // The kind in DEFINITIONS is what makes the value one of SettingValues[K].
  return found as Setting<SettingValues[K]> | null;
}

type Found = Setting<string | number | boolean> | null;

function fromFlags(name: SettingName, { flags }: Sources): Found {
  const flag = flagOf(name);
  if (flag === null) return null;
  const typed = Object.hasOwn(flags, flagKeyOf(name)) ? flags[flagKeyOf(name)] : undefined;
  if (name === "geo" && flags["global"] === true) {
    if (typed !== undefined && typed !== "global") {
      throw new CbrError("flag_conflict", { message: "`--global` and `--geo` contradict each other" });
    }
    return { value: "global", source: "--global", origin: "flag" };
  }
  if (name === "output_format" && flags["json"] === true) {
    if (typed !== undefined && typed !== "json") {
      throw new CbrError("flag_conflict", {
        message: "`--json` and `--output-format` contradict each other",
      });
    }
    return { value: "json", source: "--json", origin: "flag" };
  }
  const { kind } = DEFINITIONS[name];
  const parsed = parseTyped(kind, typed);
  if (parsed === null) return null;
  return { value: accept(parsed, kind, flag, String(typed), "bad_flag_value"), source: flag, origin: "flag" };
}

function parseTyped(kind: ValueKind, typed: unknown): Parsed | null {
  if (typeof typed === "string") return parseText(kind, typed);
  if (typeof typed === "boolean") return kind.type === "switch" ? { value: typed } : null;
  if (typeof typed !== "number") return null;
  const isNumeric = kind.type === "whole" || kind.type === "decimal" || kind.type === "seconds";
  return isNumeric
    ? parseFileValue(kind, { type: Number.isInteger(typed) ? "integer" : "float", value: typed })
    : parseText(kind, String(typed));
}

function fromEnvironment(name: SettingName, { env }: Sources): Found {
  const { kind, awsVariables = [] } = DEFINITIONS[name];
  const variables = [variableOf(name), ...awsVariables].filter(
    (variable) => variable !== "AWS_ENDPOINT_URL" || !ignoresConfiguredEndpoints(env),
  );
  const variable = variables.find((candidate) => isSet(env[candidate]));
  if (variable === undefined) return null;
  const written = env[variable] ?? "";
  const value = accept(parseText(kind, written), kind, variable, written, "bad_setting");
  return { value, source: variable, origin: "environment" };
}

function fromFile(name: SettingName, sources: Sources): Found {
  const { file } = sources;
  if (file === null || DEFINITIONS[name].isNotInFile) return null;
  const profile = resolveSetting("profile", sources, null)?.value;
  const inSection = profile === undefined ? undefined : file.profiles.get(profile)?.get(name);
  if (inSection !== undefined) {
    return { value: inSection, source: `${file.path} [profile.${profile}]`, origin: "file" };
  }
  const onTop = file.top.get(name);
  return onTop === undefined ? null : { value: onTop, source: file.path, origin: "file" };
}

function fromAwsProfile(name: SettingName, { aws, env }: Sources, awsProfile: string | null): Found {
  const { kind, isInAwsProfile } = DEFINITIONS[name];
  if (!isInAwsProfile || aws === null) return null;
  const section = awsProfile ?? "default";
  for (const file of [aws.config, aws.credentials]) {
    const keys = file.sections.get(section);
    const written = keys?.get(name);
    if (!isSet(written)) continue;
    if (name === "endpoint_url" && ignoresConfiguredEndpoints(env, keys)) continue;
    const source = `${file.path} [${section}]`;
    const value = accept(parseText(kind, written), kind, `${name} in ${source}`, written, "bad_setting");
    return { value, source, origin: "aws" };
  }
  return null;
}

function fromDefault(name: SettingName): Found {
  const value = DEFINITIONS[name].default;
  return value === undefined ? null : { value, source: "default", origin: "default" };
}

function regionWithKey(region: Setting<string> | null, token: string): Setting<string> | null {
  const own = readApiKey(token).region;
  if (own === null) return region;
  const fromKey: Setting<string> = { value: own, source: "api key", origin: "api-key" };
  if (region === null || region.origin === "aws" || region.origin === "default") return fromKey;
  if (region.value === own) return region;
  throw new CbrError("token_region_mismatch", {
    message: `the API key works in ${own} only, and \`${region.source}\` says ${region.value}`,
    hint: `use ${own}, or make a key for ${region.value}`,
  });
}

function errorFormat(table: SettingTable): SettingTable["error_format"] {
  const { error_format: own, output_format: output } = table;
  if (own?.origin !== "default" || output === null || output.value === "text") return own;
  return { value: "json", source: output.source, origin: output.origin };
}
