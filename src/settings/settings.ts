// The settings every command shares: one value and one source each.

export const AUTH_MODES = ["auto", "sigv4", "bearer"] as const;
export const COLOR_MODES = ["auto", "always", "never"] as const;
export const ERROR_FORMATS = ["text", "json"] as const;
export const OUTPUT_FORMATS = ["text", "json", "stream-json"] as const;

/** What each setting holds when it has a value. Times are milliseconds; 0 switches a time limit off. */
export interface SettingValues {
  profile: string;
  region: string;
  model: string;
  geo: string;
  api: string;
  system: string;
  max_tokens: number;
  temperature: number;
  top_p: number;
  top_k: number;
  effort: string;
  thinking: string;
  strict: boolean;
  render: boolean;
  output_format: (typeof OUTPUT_FORMATS)[number];
  auth: (typeof AUTH_MODES)[number];
  api_key_file: string;
  endpoint_url: string;
  ca_bundle: string;
  connect_timeout: number;
  first_byte_timeout: number;
  idle_timeout: number;
  timeout: number;
  max_attempts: number;
  use_fips_endpoint: boolean;
  use_dualstack_endpoint: boolean;
  color: (typeof COLOR_MODES)[number];
  error_format: (typeof ERROR_FORMATS)[number];
}
export type SettingName = keyof SettingValues;

/** `source` is shown to people and scripts: `--geo`, `AWS_REGION`, `…/config.toml [profile.work]`, `~/.aws/config [work]`, `api key`, `default`. */
export interface Setting<T> {
  value: T;
  source: string;
  /** Where it came from, for rules that depend on it: a geo from `file` or `environment` is a guard. */
  origin: "flag" | "environment" | "file" | "aws" | "api-key" | "default";
}

/** null: not set anywhere and without a default. */
export type Settings = { readonly [K in SettingName]: Setting<SettingValues[K]> | null } & {
  /** Secrets are not settings: only whether there is a bearer token and where it came from. */
  readonly bearer: { source: string } | null;
  /** `[aliases]` of the config file. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Things to say once on stderr: contradictions between sources, unreadable optional files. */
  readonly warnings: readonly { code: string; message: string }[];
};
