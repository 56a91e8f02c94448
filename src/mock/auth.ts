// Who calls, and whether the call is signed as AWS asks. The signature is computed here from the description of
// Signature Version 4, not with the signer that the program uses.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { checkApiKey } from "./api-keys.ts";
import { ALL_CREDENTIALS, MOCK_ACCOUNT, type MockCredentials } from "./credentials.ts";
import { type MockCaller, MockError, percentDecoded, refusal } from "./routes.ts";

export interface SignedRequest {
  method: string;
  /** Path and query exactly as sent. */
  target: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: Buffer;
}

export type MockService = "bedrock" | "sts" | "servicequotas" | "bedrock-mantle";

const SKEW = 5 * 60_000;

/** Checks the credentials of a request to `service` at `now` (milliseconds since the epoch). Throws MockError. */
export function authenticate(request: SignedRequest, service: MockService, now: number): MockCaller {
  const authorization = request.headers["authorization"] ?? "";
  const apiKey = request.headers["x-api-key"];
  if (authorization.startsWith("AWS4-HMAC-SHA256"))
    return checkSignature(request, service, now, authorization);
  if (authorization.startsWith("Bearer ") && service !== "sts") {
    return checkApiKey(authorization.slice("Bearer ".length), request.headers["host"], now);
  }
  const takesApiKeyHeader = service === "bedrock-mantle" || request.target.includes("/anthropic/");
  if (apiKey !== undefined && takesApiKeyHeader) return checkApiKey(apiKey, request.headers["host"], now);
  if (service === "bedrock-mantle")
    throw refusal("AccessDeniedException", "Authorization header is missing", "Message");
  throw refusal("MissingAuthenticationTokenException", "Missing Authentication Token");
}

/** The service that the signature's scope names; null without a signature. */
export function scopeService(headers: Readonly<Record<string, string | undefined>>): string | null {
  return /Credential=[^/,\s]+\/\d+\/[^/,\s]+\/([^/,\s]+)\//.exec(headers["authorization"] ?? "")?.[1] ?? null;
}

function checkSignature(
  request: SignedRequest,
  service: MockService,
  now: number,
  authorization: string,
): MockCaller {
  const fields = Object.fromEntries(
    authorization
      .slice("AWS4-HMAC-SHA256".length)
      .split(",")
      .map((part) => part.trim().split(/=(.*)/s).slice(0, 2)),
  ) as Record<string, string | undefined>;
  const missing = ["Credential", "Signature", "SignedHeaders"].filter((name) => !fields[name]);
  if (missing.length > 0) {
    const text = missing.map((name) => `Authorization header requires '${name}' parameter.`).join(" ");
    throw new MockError(400, "IncompleteSignatureException", `${text} Authorization=AWS4-HMAC-SHA256`);
  }
  const scope = (fields["Credential"] as string).split("/");
  const [keyId, date, region, scopedService, terminator] = scope;
  if (scope.length !== 5 || terminator !== "aws4_request" || !date || !region) {
    throw refusal(
      "InvalidSignatureException",
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term",
    );
  }
  const credentials = ALL_CREDENTIALS.find((candidate) => candidate.accessKeyId === keyId);
  if (
    credentials === undefined ||
    isWrongSessionToken(credentials, request.headers["x-amz-security-token"])
  ) {
    throw refusal("UnrecognizedClientException", "The security token included in the request is invalid.");
  }
  if (credentials.isExpired) {
    throw refusal("ExpiredTokenException", "The security token included in the request is expired");
  }
  if (scopedService !== service) {
    throw refusal(
      "InvalidSignatureException",
      `Credential should be scoped to correct service: '${service}'.`,
    );
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw refusal("InvalidSignatureException", "Credential should be scoped to a valid region.");
  }
  checkClock(request.headers, date, now);

  const signedHeaders = (fields["SignedHeaders"] as string).split(";");
  const host =
    ":authority" in request.headers && signedHeaders.includes(":authority") ? ":authority" : "host";
  const needed = [host, ...("x-amz-security-token" in request.headers ? ["x-amz-security-token"] : [])];
  const unsigned = needed.filter((name) => !signedHeaders.includes(name));
  if (unsigned.length > 0) {
    throw refusal(
      "InvalidSignatureException",
      `'${unsigned[0]}' must be a 'SignedHeader' in the AWS Authorization.`,
    );
  }
  const expected = signature(request, signedHeaders, credentials.secretAccessKey, {
    date,
    region,
    service: scopedService as string,
  });
  if (!isEqual(expected, fields["Signature"] as string)) {
    throw refusal(
      "InvalidSignatureException",
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
  }
  return {
    kind: "sigv4",
    region,
    isRegionKnown: true,
    account: MOCK_ACCOUNT,
    arn: credentials.arn,
    userId: credentials.userId,
  };
}

function isWrongSessionToken(credentials: MockCredentials, given: string | undefined): boolean {
  return credentials.sessionToken !== given;
}

function checkClock(headers: SignedRequest["headers"], scopeDate: string, now: number): void {
  const stamp = headers["x-amz-date"];
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp ?? "");
  if (!match) {
    throw refusal(
      "InvalidSignatureException",
      "AWS authentication requires a valid Date or x-amz-date header",
    );
  }
  const [, year, month, day, hour, minute, second] = match;
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (scopeDate !== stamp?.slice(0, 8)) {
    throw refusal(
      "InvalidSignatureException",
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scopeDate}' != '${stamp?.slice(0, 8)}', from '${stamp}'.`,
    );
  }
  if (signedAt < now - SKEW) {
    throw refusal(
      "InvalidSignatureException",
      `Signature expired: ${stamp} is now earlier than ${isoStamp(now - SKEW)} (${isoStamp(now)} - 5 min.)`,
    );
  }
  if (signedAt > now + SKEW) {
    throw refusal(
      "InvalidSignatureException",
      `Signature not yet current: ${stamp} is still later than ${isoStamp(now + SKEW)} (${isoStamp(now)} + 5 min.)`,
    );
  }
}

/** The hex signature that `secret` gives for this request and scope. */
export function signature(
  request: SignedRequest,
  signedHeaders: readonly string[],
  secret: string,
  scope: { date: string; region: string; service: string },
): string {
  const [path = "/", query = ""] = request.target.split(/\?(.*)/s);
  const canonical = [
    request.method,
    canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${(request.headers[name] ?? "").trim().replace(/\s+/g, " ")}`),
    "",
    signedHeaders.join(";"),
    createHash("sha256").update(request.body).digest("hex"),
  ].join("\n");
  const scopeText = `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
  const toSign = [
    "AWS4-HMAC-SHA256",
    request.headers["x-amz-date"] ?? "",
    scopeText,
    createHash("sha256").update(canonical).digest("hex"),
  ].join("\n");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const key = [scope.date, scope.region, scope.service, "aws4_request"].reduce<string | Buffer>(
    hmac,
    `AWS4${secret}`,
  );
  return createHmac("sha256", key).update(toSign).digest("hex");
}

/** Every service but S3 encodes the path once more, as sent, after removing empty and dot segments. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  const isFolder = path.endsWith("/") && segments.length > 0;
  return `/${segments.map(encodeRfc3986).join("/")}${isFolder ? "/" : ""}`;
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  return query
    .split("&")
    .map((pair) => pair.split(/=(.*)/s))
    .map(
      ([name = "", value = ""]) =>
        [encodeRfc3986(percentDecoded(name)), encodeRfc3986(percentDecoded(value))] as const,
    )
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function isoStamp(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
}
