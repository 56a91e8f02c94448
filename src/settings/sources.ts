// What the settings are made of, read but not yet weighed against each other.
import type { SettingName } from "./settings.ts";

/** The config file, its values already checked. */
export interface ConfigFile {
  /** As it is shown to people: `~/.config/cbr/config.toml`. */
  path: string;
  top: ReadonlyMap<SettingName, string | number | boolean>;
  profiles: ReadonlyMap<string, ReadonlyMap<SettingName, string | number | boolean>>;
  aliases: Readonly<Record<string, string>>;
}

/** One AWS file: sections by name (`default`, `work`, `services.local`), each a flat table (`sts.endpoint_url`). */
export interface AwsFile {
  /** As it is shown to people: `~/.aws/config`. */
  path: string;
  sections: ReadonlyMap<string, ReadonlyMap<string, string>>;
  isUnreadable: boolean;
}

export interface AwsFiles {
  config: AwsFile;
  credentials: AwsFile;
}

/** A Bedrock API key and where it was found. */
export interface FoundKey {
  token: string;
  source: string;
}

export interface Sources {
  /** As commander parsed them: camelCase keys; keys that are no settings are ignored. */
  flags: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string | undefined>>;
  file: ConfigFile | null;
  aws: AwsFiles | null;
  key: FoundKey | null;
}
