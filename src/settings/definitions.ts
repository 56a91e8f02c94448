// What there is to set: one row a setting. Resolution, the config file, `config show` and the reference are made from it.
import { APIS } from "../core/claude.ts";
import {
  AUTH_MODES,
  COLOR_MODES,
  ERROR_FORMATS,
  GEOS,
  OUTPUT_FORMATS,
  type SettingName,
  type SettingValues,
} from "./settings.ts";

/** How a value is written. `seconds` are written as decimals and held as milliseconds. */
export type ValueKind =
  | { type: "text"; isExact?: true }
  | { type: "region" }
  | { type: "url" }
  | { type: "choice"; choices: readonly string[] }
  | { type: "whole"; least: number }
  | { type: "decimal" }
  | { type: "seconds" }
  | { type: "switch" }
  | { type: "thinking" };

export interface Definition<T> {
  kind: ValueKind;
  /** For people: one line of the reference. */
  summary: string;
  default?: T;
  /** The flag, where it is not the name with dashes; null where there is none. */
  flag?: string | null;
  /** `AWS_*` variables that set it, the first one wins. */
  awsVariables?: readonly string[];
  /** It can be set by the same key in an AWS profile. */
  isInAwsProfile?: true;
  /** Not allowed in the config file. */
  isNotInFile?: true;
}

const text: ValueKind = { type: "text" };
const decimal: ValueKind = { type: "decimal" };
const seconds: ValueKind = { type: "seconds" };
const onOff: ValueKind = { type: "switch" };
const oneOf = (choices: readonly string[]): ValueKind => ({ type: "choice", choices });
const whole = (least: number): ValueKind => ({ type: "whole", least });

export const DEFINITIONS: { readonly [K in SettingName]: Definition<SettingValues[K]> } = {
  profile: {
    kind: text,
    summary: "AWS profile, and `[profile.NAME]` of the config file",
    awsVariables: ["AWS_PROFILE"],
    isNotInFile: true,
  },
  region: {
    kind: { type: "region" },
    summary: "AWS Region to call",
    awsVariables: ["AWS_REGION", "AWS_DEFAULT_REGION"],
    isInAwsProfile: true,
  },
  model: { kind: text, summary: "model: an alias, an id or an ARN; where nothing sets it, `sonnet`" },
  geo: {
    kind: oneOf(GEOS),
    summary:
      "part of the world that requests stay in; from the file or `CBR_GEO` it is a guard; where nothing sets it, `global` or the region's own",
  },
  api: {
    kind: oneOf(APIS),
    summary: "which API of Bedrock carries the request; where nothing sets it, `invoke` if the model allows",
  },
  system: { kind: { type: "text", isExact: true }, summary: "system prompt" },
  max_tokens: {
    kind: whole(1),
    summary: "limit of the reply, in tokens; where nothing sets it, 8192, or 32000 with thinking",
  },
  temperature: { kind: decimal, summary: "sampling temperature" },
  top_p: { kind: decimal, summary: "nucleus sampling" },
  top_k: { kind: whole(0), summary: "sampling from the top K tokens" },
  effort: { kind: text, summary: "how much effort the model spends" },
  thinking: { kind: { type: "thinking" }, summary: "thinking: a token budget, `adaptive` or `off`" },
  strict: { kind: onOff, summary: "a reply cut at `max_tokens` is exit 9" },
  render: { kind: onOff, summary: "show Markdown as styled text on a terminal" },
  output_format: { kind: oneOf(OUTPUT_FORMATS), summary: "what goes to stdout", default: "text" },
  auth: {
    kind: oneOf(AUTH_MODES),
    summary: "which credentials when there are AWS credentials and a Bedrock API key",
    default: "auto",
  },
  api_key_file: { kind: text, summary: "file with the Bedrock API key; `-` is stdin" },
  endpoint_url: {
    kind: { type: "url" },
    summary: "endpoint of the command's main service",
    awsVariables: ["AWS_ENDPOINT_URL"],
    isInAwsProfile: true,
  },
  ca_bundle: {
    kind: text,
    summary: "PEM file of certificate authorities to trust as well",
    awsVariables: ["AWS_CA_BUNDLE"],
    isInAwsProfile: true,
  },
  connect_timeout: { kind: seconds, summary: "time to connect, in seconds; 0 is off", default: 5_000 },
  first_byte_timeout: {
    kind: seconds,
    summary: "time until a stream says something, in seconds; 0 is off",
    default: 120_000,
  },
  idle_timeout: {
    kind: seconds,
    summary: "time a stream may be silent, in seconds; 0 is off",
    default: 300_000,
  },
  timeout: { kind: seconds, summary: "time for everything, in seconds; 0 is off", default: 3_600_000 },
  max_attempts: {
    kind: whole(1),
    summary: "how often a request may be sent in all",
    default: 3,
    awsVariables: ["AWS_MAX_ATTEMPTS"],
    isInAwsProfile: true,
  },
  use_fips_endpoint: {
    kind: onOff,
    summary: "call FIPS endpoints",
    default: false,
    flag: null,
    awsVariables: ["AWS_USE_FIPS_ENDPOINT"],
    isInAwsProfile: true,
  },
  use_dualstack_endpoint: {
    kind: onOff,
    summary: "call endpoints that have IPv6 too",
    default: false,
    flag: null,
    awsVariables: ["AWS_USE_DUALSTACK_ENDPOINT"],
    isInAwsProfile: true,
  },
  color: { kind: oneOf(COLOR_MODES), summary: "colours", default: "auto" },
  error_format: {
    kind: oneOf(ERROR_FORMATS),
    summary: "how an error looks on stderr; `json` when `output_format` is",
    default: "text",
  },
};

export const SETTING_NAMES = Object.keys(DEFINITIONS) as SettingName[];

/** `max_tokens` → `CBR_MAX_TOKENS`. */
export function variableOf(name: SettingName): string {
  return `CBR_${name.toUpperCase()}`;
}

/** `max_tokens` → `--max-tokens`; null where a setting has no flag. */
export function flagOf(name: SettingName): string | null {
  const { flag } = DEFINITIONS[name];
  return flag === undefined ? `--${name.replaceAll("_", "-")}` : flag;
}

/** `max_tokens` → `maxTokens`, as commander names it. */
export function flagKeyOf(name: SettingName): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
