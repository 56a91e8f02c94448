// AWS Signature Version 4 for a POST whose body is at hand. The SDK's signer does the same, but costs more to load than
// everything else between the prompt and the request (docs/design/decisions/invoke-without-the-sdk-client.md).
import { createHash, createHmac } from "node:crypto";
import type { AwsCredentialIdentity } from "@smithy/types";

export interface Unsigned {
  method: string;
  /** A URL's `pathname`: percent-encoded, without `.` segments; there is no query. */
  path: string;
  /** Names in lower case; `host` must be among them. All but `user-agent` are signed. */
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array;
}

export interface Scope {
  credentials: AwsCredentialIdentity;
  region: string;
  service: string;
  date: Date;
}

/**
 * The headers with date, session token, body hash and signature added (IAM User Guide, "Create a signed AWS API
 * request"; services other than S3, so that the path is encoded twice).
 */
export function signedHeaders(request: Unsigned, scope: Scope): Record<string, string> {
  const { credentials, region, service } = scope;
  const time = scope.date.toISOString().replace(/\.\d+Z$|[-:]/g, (part) => (part.endsWith("Z") ? "Z" : ""));
  const place = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const bodyHash = createHash("sha256").update(request.body).digest("hex");
  const headers: Record<string, string> = {
    ...request.headers,
    "x-amz-date": time,
    "x-amz-content-sha256": bodyHash,
    ...(credentials.sessionToken && { "x-amz-security-token": credentials.sessionToken }),
  };
  const names = Object.keys(headers)
    .filter((name) => name !== "user-agent")
    .sort();
  const signed = names.join(";");
  const canonical = [
    request.method,
    encodeAgain(request.path),
    "",
    ...names.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/\s+/g, " ")}`),
    "",
    signed,
    bodyHash,
  ].join("\n");
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${place}\n${createHash("sha256").update(canonical).digest("hex")}`;
  const key = place
    .split("/")
    .reduce<string | Buffer>(
      (secret, part) => createHmac("sha256", secret).update(part).digest(),
      `AWS4${credentials.secretAccessKey}`,
    );
  const signature = createHmac("sha256", key).update(toSign).digest("hex");
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${place}, SignedHeaders=${signed}, Signature=${signature}`;
  return headers;
}

function encodeAgain(path: string): string {
  return path
    .split("/")
    .map((segment) =>
      encodeURIComponent(segment).replace(
        /[!'()*]/g,
        (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join("/");
}
