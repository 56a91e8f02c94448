// One notion of profile: the AWS profile, to which `[profile.NAME]` of the config file adds Claude's side.
import { CbrError } from "../core/errors.ts";
import type { Setting, Settings } from "./settings.ts";
import type { AwsFile, Sources } from "./sources.ts";

/**
 * The profile to look up in the AWS files: the one chosen, or null for AWS's own default. A profile that is only in the config
 * file gives settings, and leaves the credentials to `AWS_PROFILE` or the default chain. Throws `profile_not_found`.
 */
export function chooseProfile(profile: Setting<string> | null, sources: Sources): string | null {
  if (profile === null) return null;
  if (isInAwsFiles(profile.value, sources)) return profile.value;
  if (sources.file?.profiles.has(profile.value)) {
    const other = sources.env["AWS_PROFILE"]?.trim();
    return other && other !== profile.value && isInAwsFiles(other, sources) ? other : null;
  }
  // `default` is there even where nothing was written about it.
  if (profile.value === "default") return null;
  if (profile.source === "AWS_PROFILE" && sources.aws?.config.isUnreadable && hasKeyVariables(sources)) {
    return null;
  }
  throw notFound(profile, sources);
}

/**
 * Whether the credentials of the profile in use beat key variables, as in the AWS CLI: one chosen by `AWS_PROFILE` does
 * not, nor one that is only in the config file, for it has none.
 */
export function beatsKeyVariables({
  profile,
  awsProfile,
}: Pick<Settings, "profile" | "awsProfile">): boolean {
  if (profile === null || profile.source === "AWS_PROFILE" || profile.origin === "default") return false;
  return profile.value === awsProfile || profile.value === "default";
}

function isInAwsFiles(name: string, { aws }: Sources): boolean {
  return aws !== null && [aws.config, aws.credentials].some((file) => profilesOf(file).includes(name));
}

function profilesOf(file: AwsFile): string[] {
  return [...file.sections.keys()].filter((name) => !/^(services|sso-session)\./.test(name));
}

function hasKeyVariables({ env }: Sources): boolean {
  return Boolean(env["AWS_ACCESS_KEY_ID"] && env["AWS_SECRET_ACCESS_KEY"]);
}

function notFound(profile: Setting<string>, { aws, file }: Sources): CbrError {
  const names = new Set([
    ...(aws === null ? [] : [...profilesOf(aws.config), ...profilesOf(aws.credentials)]),
    ...(file?.profiles.keys() ?? []),
  ]);
  const config = aws?.config.path ?? "~/.aws/config";
  const credentials = aws?.credentials.path ?? "~/.aws/credentials";
  const isUnreadable = aws?.config.isUnreadable || aws?.credentials.isUnreadable;
  const found =
    names.size === 0 ? "there is none" : `there are ${[...names].map((name) => `\`${name}\``).join(", ")}`;
  return new CbrError("profile_not_found", {
    message: `profile \`${profile.value}\` (from \`${profile.source}\`) is neither in ${config} nor in ${credentials}; ${found}`,
    hint: isUnreadable
      ? `make ${config} and ${credentials} readable`
      : `choose another profile, or make it with \`aws configure --profile ${profile.value}\``,
  });
}
