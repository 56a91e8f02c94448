// Who is calling: signatures, tokens, keys and the clock, as the service refuses them.
import type { Match, Pattern } from "./failure.ts";
import { duration, ofProfile, profileFlag } from "./words.ts";

const kinds = ["denied", "refused"] as const;

export const CREDENTIAL_PATTERNS: readonly Pattern[] = [
  {
    code: "first_party_key",
    kinds: ["denied"],
    message: /\bsk-ant-/,
  },
  {
    code: "api_key_expired",
    kinds,
    message: /bearer token has expired|api key (?:has|is) expired|expired api key/i,
  },
  {
    code: "api_key_malformed",
    kinds,
    message: /invalid api key format|must start with (?:a )?pre-?defined prefix/i,
    sentence: ({ facts }) =>
      facts.isFirstPartyKey
        ? "this is a key of Anthropic's own API, not of Bedrock"
        : "the API key is not in the form of a Bedrock API key",
    hint: "a Bedrock API key starts with `ABSK` or `bedrock-api-key-`; keys that start with `sk-ant-` are Anthropic's own and do not work here",
  },
  {
    code: "api_key_invalid",
    kinds,
    message: /make sure your api key is valid|invalid x-api-key|invalid (?:bearer token|api key)/i,
    hint: ({ facts }) =>
      facts.isFirstPartyKey
        ? "use AWS credentials or a Bedrock API key; keys that start with `sk-ant-` do not work on Bedrock"
        : `make a new key${facts.region ? ` for ${facts.region}` : ""}: a short-term key works only in the region it was made for, and a key of Anthropic's own API (\`sk-ant-…\`) nowhere on Bedrock`,
  },
  {
    code: "clock_skew",
    kinds,
    message:
      /signature expired: (\d{8}T\d{6}Z) is now earlier than \S+ \((\d{8}T\d{6}Z)|signature not yet current: (\d{8}T\d{6}Z) is still later than \S+ \((\d{8}T\d{6}Z)/i,
    sentence: skewSentence,
  },
  {
    code: "clock_skew",
    kinds,
    message:
      /signature expired|signature not yet current|request ?expired|reached the service more than \d+ minutes|time ?too ?skewed/i,
    sentence: skewSentence,
  },
  { code: "clock_skew", kinds, names: ["requestexpired", "requesttimetooskewed"], sentence: skewSentence },
  {
    code: "credentials_expired",
    kinds,
    message:
      /security token included in the request is expired|(?:security|session) token (?:has|is) expired/i,
    sentence: ({ facts }) => `the credentials have expired${ofProfile(facts)}`,
    hint: renewHint,
  },
  {
    code: "credentials_expired",
    kinds,
    names: ["expiredtoken", "tokenrefreshrequired"],
    sentence: ({ facts }) => `the credentials have expired${ofProfile(facts)}`,
    hint: renewHint,
  },
  {
    code: "signature_scope",
    kinds,
    message:
      /credential should be scoped to (?:a )?(?:correct service: '?([\w-]+)'?|valid region|correct region)/i,
    sentence: ({ groups, facts }) =>
      groups[1] === undefined
        ? `the endpoint is not of the region that was signed for${facts.region ? ` (${facts.region})` : ""}`
        : `the endpoint belongs to another service than the one signed for (it wants \`${groups[1]}\`)`,
  },
  {
    code: "authorization_malformed",
    kinds,
    message: /incomplete ?signature|authorization header requires|not a valid key=value pair/i,
  },
  { code: "authorization_malformed", kinds, names: ["incompletesignature"] },
  {
    code: "authorization_missing",
    kinds: ["denied", "refused", "missing"],
    message: /missing authentication token|authorization header is missing/i,
  },
  { code: "authorization_missing", kinds, names: ["missingauthenticationtoken"] },
  {
    code: "signature_rejected",
    kinds,
    message: /request signature we calculated does not match/i,
    sentence: ({ facts }) => `the signature was rejected${ofProfile(facts)}`,
  },
  { code: "signature_rejected", kinds, names: ["invalidsignature", "signaturedoesnotmatch"] },
  {
    code: "region_not_enabled",
    kinds,
    message:
      /opt ?in ?required|not subscribed to aws service|not signed up for|needs a subscription for the service/i,
  },
  { code: "region_not_enabled", kinds, names: ["optinrequired", "subscriptionrequired", "regiondisabled"] },
  {
    code: "credentials_invalid",
    kinds,
    message:
      /security token included in the request is invalid|access key id provided does not exist|invalid ?client ?token ?id|the security token is (?:invalid|not valid)/i,
    sentence: ({ facts }) => `AWS does not know the access key or the session token${ofProfile(facts)}`,
    hint: "check the key: one that starts with `ASIA` needs its session token, and a region that is off by default may need a newer token",
  },
  {
    code: "credentials_invalid",
    kinds,
    names: [
      "unrecognizedclient",
      "invalidclienttokenid",
      "invalidaccesskeyid",
      "invalidtoken",
      "authfailure",
    ],
    sentence: ({ facts }) => `AWS does not know the access key or the session token${ofProfile(facts)}`,
  },
];

/** How to renew what has expired, by where it came from. */
export function renewHint({ facts }: Match): string {
  switch (facts.credentialsSource) {
    case "sso":
      return `run \`aws sso login${profileFlag(facts)}\``;
    case "login":
      return `run \`aws login${profileFlag(facts)}\``;
    case "environment":
      return "renew the keys in the environment, or unset `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`";
    default:
      return `renew them: \`aws sso login${profileFlag(facts)}\`, \`aws login\`, or new keys without a stale \`AWS_SESSION_TOKEN\``;
  }
}

function skewSentence({ groups, facts }: Match): string {
  const signed = amzDate(groups[1] ?? groups[3]);
  const service = amzDate(groups[2] ?? groups[4]);
  const offset = signed !== null && service !== null ? signed - service : (facts.clockOffset ?? null);
  if (offset === null || Math.abs(offset) < 60_000)
    return "the signature was rejected because of its time: the system clock is off";
  return `the signature was rejected because the system clock is ${duration(offset)} ${offset < 0 ? "behind" : "ahead"}`;
}

function amzDate(text: string | undefined): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/i.exec(text ?? "");
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
