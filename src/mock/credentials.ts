// The only credentials that open the mock. They open nothing else: no such account, user or key exists at AWS.

export interface MockCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  arn: string;
  userId: string;
  isExpired?: boolean;
}

/** The account behind every credential of the mock; the key ids decode to it as real ones decode to theirs. */
export const MOCK_ACCOUNT = "123456789012";

/** A user's long-term key: what `cbr mock` puts into the environment. */
export const TEST_CREDENTIALS: MockCredentials = {
  accessKeyId: "AKIARZPUZDIKAMOCKKEY",
  secretAccessKey: "mock/secret/key/opens/nothing/anywhere00",
  arn: `arn:aws:iam::${MOCK_ACCOUNT}:user/mock`,
  userId: "AIDARZPUZDIKAMOCKUSER",
};

/** Temporary credentials of a role; the session token must come with them. */
export const TEMPORARY_CREDENTIALS: MockCredentials = {
  accessKeyId: "ASIARZPUZDIKAMOCKTMP",
  secretAccessKey: "mock/secret/temp/opens/nothing/anywhere0",
  sessionToken: "mock-session-token-that-opens-nothing",
  arn: `arn:aws:sts::${MOCK_ACCOUNT}:assumed-role/Mock/session`,
  userId: "AROARZPUZDIKAMOCKROLE:session",
};

/** Temporary credentials whose time is over: every call answers ExpiredTokenException. */
export const EXPIRED_CREDENTIALS: MockCredentials = {
  ...TEMPORARY_CREDENTIALS,
  accessKeyId: "ASIARZPUZDIKAMOCKOLD",
  isExpired: true,
};

export const ALL_CREDENTIALS: readonly MockCredentials[] = [
  TEST_CREDENTIALS,
  TEMPORARY_CREDENTIALS,
  EXPIRED_CREDENTIALS,
];

/** A long-term Bedrock API key that the mock takes: base64 of `BedrockAPIKey-mock-at-123456789012:…`. */
export const TEST_API_KEY = `ABSK${btoa(`BedrockAPIKey-mock-at-${MOCK_ACCOUNT}:opens-nothing-anywhere`)}`;

/**
 * A short-term Bedrock API key as the token generators make them, valid at the mock: a presigned URL, in base64.
 * `expiresIn` is in seconds after `now` (milliseconds since the epoch); a negative one makes an expired key.
 */
export function shortTermApiKey(region: string, now: number, expiresIn = 43_200): string {
  const start = expiresIn > 0 ? now : now - 43_200_000;
  const seconds = expiresIn > 0 ? expiresIn : Math.max(1, 43_200 + expiresIn);
  const stamp = new Date(start).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${TEST_CREDENTIALS.accessKeyId}/${stamp.slice(0, 8)}/${region}/bedrock/aws4_request`;
  const query = new URLSearchParams({
    Action: "CallWithBearerToken",
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": scope,
    "X-Amz-Date": stamp,
    "X-Amz-Expires": String(seconds),
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": "0".repeat(64),
    Version: "1",
  });
  return `bedrock-api-key-${btoa(`bedrock.amazonaws.com/?${query}`)}`;
}
