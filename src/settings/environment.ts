// The variables that cbr itself reads, apart from those that are settings (definitions.ts).
import type { EndpointService } from "./settings.ts";

/** What AWS calls each service's endpoint: in the environment, and in a `services` section of the AWS config file. */
export const SERVICE_ENDPOINTS: { readonly [S in EndpointService]: { variable: string; section: string } } = {
  "bedrock-runtime": { variable: "AWS_ENDPOINT_URL_BEDROCK_RUNTIME", section: "bedrock_runtime" },
  bedrock: { variable: "AWS_ENDPOINT_URL_BEDROCK", section: "bedrock" },
  "bedrock-mantle": { variable: "AWS_ENDPOINT_URL_BEDROCK_MANTLE", section: "bedrock_mantle" },
  sts: { variable: "AWS_ENDPOINT_URL_STS", section: "sts" },
  sso: { variable: "AWS_ENDPOINT_URL_SSO", section: "sso" },
  "sso-oidc": { variable: "AWS_ENDPOINT_URL_SSO_OIDC", section: "sso_oidc" },
  "service-quotas": { variable: "AWS_ENDPOINT_URL_SERVICE_QUOTAS", section: "service_quotas" },
};

/** Other variables, with what they do: for the reference. */
export const OTHER_VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ["CBR_CONFIG", "the config file; it must exist"],
  ["XDG_CONFIG_HOME", "where `cbr/config.toml` is, by default `~/.config`; a relative path is ignored"],
  ["XDG_STATE_HOME", "the same for `cbr/sessions` and chat's `cbr/history`, by default `~/.local/state`"],
  ["XDG_CACHE_HOME", "the same for `cbr/models` and `cbr/compiled`, by default `~/.cache`"],
  ["AWS_BEARER_TOKEN_BEDROCK", "a Bedrock API key"],
  ["AWS_ACCESS_KEY_ID", "AWS credentials, with the two below"],
  ["AWS_SECRET_ACCESS_KEY", "their secret"],
  ["AWS_SESSION_TOKEN", "their session, where they are temporary"],
  ["AWS_WEB_IDENTITY_TOKEN_FILE", "a token to exchange for credentials of `AWS_ROLE_ARN`"],
  ["AWS_ROLE_ARN", "the role of the web identity"],
  ["AWS_EC2_METADATA_DISABLED", "`true`: an instance's role is not asked for"],
  ["AWS_CONFIG_FILE", "in place of `~/.aws/config`"],
  ["AWS_SHARED_CREDENTIALS_FILE", "in place of `~/.aws/credentials`"],
  [
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "`true` ignores every `AWS_ENDPOINT_URL*` and the AWS profile's endpoints",
  ],
  ["HTTPS_PROXY", "proxy for https endpoints"],
  ["HTTP_PROXY", "proxy for http endpoints"],
  ["NO_PROXY", "hosts that are called without a proxy"],
  ["NODE_EXTRA_CA_CERTS", "PEM file of certificate authorities to trust as well"],
  ["NO_COLOR", "set to anything: no colours"],
  ["FORCE_COLOR", "set to anything but `0` or `false`: colours"],
  ["TERM", "`dumb`: no colours, nothing that moves"],
  ["CI", "set to anything: nobody is asked, no colours, no spinner"],
  ["NODE_DISABLE_COMPILE_CACHE", "`1`: no compiled code is kept in the cache"],
  ["VISUAL", "editor of `cbr config edit`, and of `/edit` in a chat"],
  ["EDITOR", "the same, where `VISUAL` is not set"],
];
