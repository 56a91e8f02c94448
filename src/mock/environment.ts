// Which environment points a program at the mock, and at nothing else.
import type { Env } from "../host/host.ts";
import { TEST_CREDENTIALS } from "./credentials.ts";

/** Whatever else could choose other credentials, another region, another endpoint or another trust. */
const UNWANTED = [
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  // botocore takes the keys beside it for expired ones.
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_ACCOUNT_ID",
  "AWS_BEARER_TOKEN_BEDROCK",
  "AWS_AUTH_SCHEME_PREFERENCE",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_ENDPOINT_URL_BEDROCK",
  "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
  "AWS_ENDPOINT_URL_STS",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
  "CBR_PROFILE",
  "CBR_REGION",
  "CBR_ENDPOINT_URL",
  "CBR_AUTH",
  "CBR_API_KEY_FILE",
  "CBR_CA_BUNDLE",
] as const;

const LOOPBACK = "127.0.0.1,localhost";

/** The variables to set and to remove, for a mock at `url` and programs that take themselves to be in `region`. */
export function mockEnvironment(
  url: string,
  region: string,
  inherited: Env,
): { set: Record<string, string>; unset: string[] } {
  const set: Record<string, string> = {
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_BEDROCK_MANTLE: `${url}/mantle`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: "true",
    NO_PROXY: [LOOPBACK, inherited["NO_PROXY"]].filter(Boolean).join(","),
  };
  // Programs that look at the lower-case name look there first.
  if (inherited["no_proxy"] !== undefined) set["no_proxy"] = `${LOOPBACK},${inherited["no_proxy"]}`;
  const otherEndpoints = Object.keys(inherited).filter(
    (name) => name.startsWith("AWS_ENDPOINT_URL_") && set[name] === undefined,
  );
  return { set, unset: [...new Set([...UNWANTED, ...otherEndpoints])] };
}
