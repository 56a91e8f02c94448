// What a Bedrock API key says of itself, without asking anybody: kind, region, life, owner. Never its secret.

export interface ApiKey {
  kind: "short-term" | "long-term" | "unknown";
  /** The only region a short-term key works in. */
  region: string | null;
  /** Milliseconds since the epoch. */
  expiresAt: number | null;
  /** Access key id that signed a short-term key; IAM user name of a long-term one. */
  principal: string | null;
  account: string | null;
}

const SHORT_TERM = "bedrock-api-key-";
const LONG_TERM = "ABSK";

/**
 * Reads a key's own words. A short-term key is `bedrock-api-key-` and the base64 of a presigned CallWithBearerToken URL
 * (as `@aws/bedrock-token-generator` makes it); a long-term one is `ABSK` and the base64 of `USER:SECRET`, the user name
 * ending in `-at-ACCOUNT`. What a key does not tell, or tells malformed, is null. Never throws.
 */
export function readApiKey(token: string): ApiKey {
  const key = token.trim();
  if (key.startsWith(SHORT_TERM)) return readShortTerm(decode(key.slice(SHORT_TERM.length)));
  if (key.startsWith(LONG_TERM)) return readLongTerm(decode(key.slice(LONG_TERM.length)));
  return { kind: "unknown", region: null, expiresAt: null, principal: null, account: null };
}

function readShortTerm(url: string): ApiKey {
  const query = new URLSearchParams(url.slice(url.indexOf("?") + 1));
  const [principal, , region] = (query.get("X-Amz-Credential") ?? "").split("/");
  return {
    kind: "short-term",
    region: region !== undefined && /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region) ? region : null,
    expiresAt: expiry(query.get("X-Amz-Date"), query.get("X-Amz-Expires")),
    principal: principal !== undefined && /^\w{1,128}$/.test(principal) ? principal : null,
    account: null,
  };
}

function readLongTerm(text: string): ApiKey {
  const user = text.includes(":") ? text.slice(0, text.indexOf(":")) : "";
  // Anything but an IAM user name could be a piece of the secret.
  const principal = /^BedrockAPIKey-[\w+=,.@-]{1,64}$/.test(user) ? user : null;
  const account = /-at-(\d{12})$/.exec(user)?.[1] ?? null;
  return { kind: "long-term", region: null, expiresAt: null, principal, account };
}

function expiry(date: string | null, seconds: string | null): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? "");
  if (parts === null || !/^\d{1,7}$/.test(seconds ?? "")) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second) + Number(seconds) * 1000;
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
