// A signed JSON request: every way to Claude. Done without the SDK's client, which takes longer to load than all the rest
// (docs/design/decisions/invoke-without-the-sdk-client.md).
import { awsEndpoint } from "../core/aws-hosts.ts";
import { VERSION } from "../core/version.ts";
import { ForeignAnswer } from "./foreign-answer.ts";
import { requestIdOf } from "./payload.ts";
import { looksJson, readSome } from "./raw-answer.ts";
import type { BedrockSession } from "./session.ts";
import { signedHeaders } from "./sign.ts";

export interface SignedPost {
  /** Also the name the signature is for: `bedrock` on bedrock-runtime, `bedrock-mantle` on mantle. */
  service: "bedrock-runtime" | "bedrock-mantle";
  path: string;
  headers: Record<string, string>;
  body: unknown;
  /** The content type of a real answer. */
  expected: string;
  /** JSON is let through as well: some endpoints report an error in a 200. */
  takesJson?: boolean;
}

export interface PostAnswer {
  headers: Record<string, string>;
  requestId: string | null;
  contentType: string;
  body: AsyncIterable<Uint8Array>;
}

/** Posts JSON and resolves with an answer of status 2xx. Throws errors shaped like the SDK's exceptions, and ForeignAnswer. */
export async function signedPost(
  session: BedrockSession,
  post: SignedPost,
  signal: AbortSignal,
): Promise<PostAnswer> {
  const { settings, region } = session;
  const base =
    session.endpoint(post.service) ??
    awsEndpoint(post.service, region, {
      fips: settings.use_fips_endpoint?.value ?? false,
      dualstack: settings.use_dualstack_endpoint?.value ?? false,
    });
  const url = new URL(base.replace(/\/+$/, "") + post.path);
  // Once: a picture is hashed, measured and sent as the same bytes.
  const body = Buffer.from(JSON.stringify(post.body));
  const unsigned = {
    host: url.host,
    "content-type": "application/json",
    "content-length": String(body.length),
    accept: post.expected,
    "user-agent": `cbr/${VERSION} (${session.host.runtime})`,
    ...post.headers,
  };
  const response = await session.http.send(
    {
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port && { port: Number(url.port) }),
      path: url.pathname,
      headers: await authorized(session, { path: url.pathname, headers: unsigned, body }, post.service),
      body,
    },
    signal,
  );
  const headers = response.headers;
  const contentType = (headers["content-type"] ?? "").toLowerCase();
  const answer = response.body;
  const foreign = (bytes: Buffer) =>
    new ForeignAnswer({
      status: response.statusCode,
      contentType,
      headers,
      text: bytes.toString("utf8").slice(0, 2000),
      expected: post.expected,
      host: url.host,
    });
  if (response.statusCode >= 300) {
    const bytes = await readSome(answer);
    const isJson = /\bjson\b/.test(contentType) || looksJson(bytes);
    const error =
      response.statusCode < 400 || !isJson
        ? foreign(bytes)
        : (serviceError(response.statusCode, headers, bytes) ?? foreign(bytes));
    throw Object.assign(error, { serviceDate: headers["date"] });
  }
  if (
    contentType !== "" &&
    !contentType.startsWith(post.expected) &&
    !(post.takesJson && /\bjson\b/.test(contentType))
  )
    throw foreign(await readSome(answer));
  return { headers, requestId: requestIdOf(headers), contentType, body: answer };
}

async function authorized(
  session: BedrockSession,
  request: { path: string; headers: Record<string, string>; body: Uint8Array },
  service: SignedPost["service"],
): Promise<Record<string, string>> {
  if (session.auth === "bearer") return { ...request.headers, authorization: `Bearer ${session.token}` };
  return signedHeaders(
    { method: "POST", ...request },
    {
      credentials: await session.credentials.get(),
      region: session.region,
      service: service === "bedrock-mantle" ? "bedrock-mantle" : "bedrock",
      date: new Date(session.host.now() + session.clockOffset),
    },
  );
}

/** An error body of either dialect, as an Error like those of the SDK; null where it is no JSON object after all. */
function serviceError(status: number, headers: Record<string, string>, bytes: Buffer): Error | null {
  const json = jsonObjectOf(bytes);
  if (json === null) return null;
  const inner = jsonObject(json["error"]);
  const name =
    inner?.["type"] ?? headers["x-amzn-errortype"] ?? json["code"] ?? json["__type"] ?? "UnknownError";
  // Gateways in front of the service have dialects of their own.
  const message =
    inner?.["message"] ?? json["message"] ?? json["Message"] ?? json["error"] ?? json["detail"] ?? "";
  const words = typeof message === "object" ? JSON.stringify(message) : String(message);
  return Object.assign(new Error(words), {
    // `namespace#Name:http://…`, and a gateway may send the header twice.
    name: String(name).split(/[,:]/, 1)[0]?.split("#").at(-1),
    $metadata: { httpStatusCode: status, requestId: requestIdOf(headers) },
    $response: { statusCode: status, headers },
    originalStatusCode: json["originalStatusCode"],
    originalMessage: json["originalMessage"],
  });
}

function jsonObjectOf(bytes: Buffer): Record<string, unknown> | null {
  try {
    return jsonObject(JSON.parse(bytes.toString("utf8")));
  } catch {
    return null;
  }
}

function jsonObject(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
