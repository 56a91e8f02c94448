// The settings every command shares: one value and one source each.
import type { Api } from "../core/claude.ts";

export const GEOS = ["global", "us", "eu", "jp", "au", "in", "apac", "us-gov", "none"] as const;
/** What the models of the catalog take between them, least first. */
export const EFFORT_LEVELS = ["low", "medium", "high", "xhigh", "max"] as const;
export const AUTH_MODES = ["auto", "sigv4", "bearer"] as const;
export const COLOR_MODES = ["auto", "always", "never"] as const;
export const ERROR_FORMATS = ["text", "json"] as const;
export const OUTPUT_FORMATS = ["text", "json", "stream-json"] as const;

/** What each setting holds when it has a value. Times are milliseconds; 0 switches a time limit off. */
export interface SettingValues {
  profile: string;
  region: string;
  model: string;
  geo: (typeof GEOS)[number];
  api: Api;
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

/** The settings alone. null: not set anywhere and without a default. */
export type SettingTable = { readonly [K in SettingName]: Setting<SettingValues[K]> | null };

/** The AWS services whose endpoint a user may set. */
export const ENDPOINT_SERVICES = [
  "bedrock-runtime",
  "bedrock",
  "bedrock-mantle",
  "sts",
  "sso",
  "sso-oidc",
  "service-quotas",
] as const;
export type EndpointService = (typeof ENDPOINT_SERVICES)[number];

export type Settings = SettingTable & {
  /** The profile as the AWS files know it; null when none is chosen or it lives in the config file only. */
  readonly awsProfile: string | null;
  /** Endpoints from `AWS_ENDPOINT_URL*` and the AWS profile, per service; `endpoint_url` comes on top (see endpointFor). */
  readonly endpoints: { readonly [S in EndpointService]: Setting<string> | null };
  /** Secrets are not settings: only whether there is a bearer token and where it came from. */
  readonly bearer: { source: string } | null;
  /** `[aliases]` of the config file. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Things to say once on stderr: contradictions between sources, unreadable optional files. */
  readonly warnings: readonly { code: string; message: string }[];
};
