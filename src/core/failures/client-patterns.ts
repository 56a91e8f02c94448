// What the SDK says before anything was sent: credentials, profiles, regions, keys.
import { renewHint } from "./credential-patterns.ts";
import type { Match, Pattern } from "./failure.ts";
import { ofProfile, profileFlag } from "./words.ts";

const kinds = ["client"] as const;

export const CLIENT_PATTERNS: readonly Pattern[] = [
  {
    code: "sso_expired",
    kinds,
    message:
      /sso session (?:token )?associated with (?:this profile|profile=).*(?:expired|invalid|not found)|refresh this sso session|error loading sso token|error when retrieving token from sso|token has expired and refresh failed|value not present for '\w+' in sso token/i,
    sentence: ({ facts, failure }) => {
      const profile = facts.profile ?? /profile=(\S+)/.exec(failure.message)?.[1];
      return `there is no valid SSO session${profile === undefined ? "" : ` for profile \`${profile}\``}`;
    },
    hint: ({ facts, failure }) => {
      const profile = facts.profile ?? /profile=(\S+)/.exec(failure.message)?.[1];
      return `run \`aws sso login${profileFlag({ profile })}\``;
    },
  },
  {
    code: "sso_expired",
    kinds: ["client", "denied"],
    message: /session token not found or invalid|unauthorizedexception.*session token/i,
    sentence: ({ facts }) => `the SSO service does not know the session${ofProfile(facts)}`,
    hint: ({ facts }) =>
      `run \`aws sso login${profileFlag(facts)}\`, and check that \`sso_region\` is the region of your SSO, not of Bedrock`,
  },
  {
    code: "login_expired",
    kinds,
    message:
      /re-?authenticate using [`'"]?aws login|your session has expired\. please reauthenticate|failed to load token from \S*[\\/]login[\\/]cache/i,
    sentence: ({ facts }) => `there is no valid session of \`aws login\`${ofProfile(facts)}`,
    hint: ({ facts }) => `run \`aws login${profileFlag(facts)}\``,
  },
  {
    code: "sso_not_configured",
    kinds,
    keepsMessage: true,
    message:
      /invalid sso credentials|conflicting sso|sso session '[^']*' (?:could not be found|is missing)|is missing required property 'sso_session'|not configured with sso credentials/i,
    hint: ({ facts }) => `run \`aws configure sso${profileFlag(facts)}\``,
  },
  {
    code: "mfa_required",
    kinds,
    message: /requires multi-factor authentication/i,
    sentence: ({ facts, failure }) =>
      `profile \`${facts.profile ?? /profile (\S+) requires/i.exec(failure.message)?.[1] ?? "default"}\` needs an MFA code`,
    hint: "run it on a terminal, or get temporary credentials first",
  },
  {
    code: "profile_cycle",
    kinds,
    message: /detected a cycle attempting to resolve credentials.*?(?:profiles visited: ?([^\n]+))?$/i,
    sentence: ({ groups }) =>
      groups[1] === undefined
        ? "AWS profiles refer to each other in a circle"
        : `AWS profiles refer to each other in a circle (${groups[1].trim()})`,
  },
  {
    code: "profile_not_found",
    kinds,
    message:
      /profile ['"]?([^\s'"]+)['"]? (?:was not found|could not be found)|the config profile \(([^)]+)\) could not be found/i,
    sentence: ({ groups, facts }) => `there is no AWS profile \`${groups[1] ?? groups[2] ?? facts.profile}\``,
  },
  {
    code: "profile_incomplete",
    kinds,
    message: /could not resolve credentials using profile: \[([^\]]*)\]/i,
    sentence: ({ groups }) => `AWS profile \`${groups[1]}\` does not exist or has no credentials`,
    hint: ({ groups }) =>
      `check the spelling (\`aws configure list-profiles\`), or run \`aws configure${profileFlag({ profile: groups[1] })}\``,
  },
  {
    code: "profile_incomplete",
    kinds,
    message:
      /unsupported credential source|did not contain credential_process|does not contain login_session/i,
    keepsMessage: true,
  },
  {
    code: "credential_process_failed",
    kinds,
    message: /credential_process.*(?:invalid json|version 1|invalid credentials|expired credentials)/i,
    sentence: ({ failure, facts }) => {
      const what = /expired/i.test(failure.message)
        ? "returned credentials that have expired"
        : /json/i.test(failure.message)
          ? "did not print JSON"
          : "did not print what AWS expects";
      return `the credential process${ofProfile(facts)} ${what}`;
    },
  },
  {
    // Node's own words for a child that failed begin with the whole command line, which may hold a secret.
    code: "credential_process_failed",
    kinds,
    message: /^command failed: (?:\S*\/)?([\w.-]+)?/i,
    sentence: ({ facts, groups }) =>
      `the credential process${groups[1] === undefined ? "" : ` \`${groups[1]}\``}${ofProfile(facts)} failed`,
  },
  {
    code: "api_key_malformed",
    kinds,
    message:
      /could not be signed with [`'"]?token|token not present in|could not load token from any providers/i,
    sentence: () => "the Bedrock API key is blank",
    hint: "unset `AWS_BEARER_TOKEN_BEDROCK`, or put a key into it",
  },
  {
    code: "api_key_malformed",
    kinds,
    message: /invalid character in header content \["?authorization/i,
  },
  {
    code: "region_missing",
    kinds,
    message:
      /\bregion is missing\b|expected [`'"]?awsregion[`'"]? option|no aws region or base url found|you must specify a region/i,
  },
  {
    code: "region_invalid",
    kinds,
    message:
      /region not accepted|provided region_name|not a valid hostname component|invalid region in client config/i,
  },
  {
    code: "credentials_incomplete",
    kinds,
    message: /must be provided together|partial credentials found/i,
  },
  {
    code: "credentials_expired",
    kinds,
    message: /credentials? (?:have|has|is|are) expired/i,
    hint: renewHint,
  },
  {
    code: "credentials_service_failed",
    kinds,
    message:
      /instance metadata service(?! access disabled)|container metadata|metadata service host|http credential provider|web identity configuration|server responded with status|failed to retrieve credentials/i,
    sentence: serviceSentence,
    keepsMessage: true,
  },
  {
    code: "no_credentials",
    kinds,
    message:
      /could not load credentials from any providers|unable to (?:find environment variable|locate) credentials|metadata service access disabled|failed to resolve aws credentials|no providers in chain|resolved credential object is not valid|credentials not provided/i,
    sentence: ({ facts }) => `no AWS credentials found${ofProfile(facts)}`,
  },
  {
    code: "stream_corrupt",
    kinds,
    message:
      /could not parse a bedrock chunk|message checksum|prelude checksum|truncated event message|message length does not match|too short to accommodate/i,
  },
];

function serviceSentence({ facts }: Match): string {
  return facts.credentialsSource === undefined
    ? "the credentials service does not give credentials"
    : `the credentials service (${facts.credentialsSource}) does not give credentials`;
}
