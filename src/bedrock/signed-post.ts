// A signed JSON request to the APIs whose wire form is JSON as we hold it: Converse and Messages.
import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import type { Readable } from "node:stream";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { awsEndpoint } from "../core/aws-hosts.ts";
import { ForeignAnswer } from "./foreign-answer.ts";
import { parseJson, requestIdOf } from "./invoke.ts";
import { looksJson, readSome } from "./raw-answer.ts";
import type { BedrockSession } from "./session.ts";

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
  body: Readable;
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
  const text = JSON.stringify(post.body);
  const unsigned = new HttpRequest({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port && { port: Number(url.port) }),
    path: url.pathname,
    headers: {
      host: url.host,
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text)),
      accept: post.expected,
      ...post.headers,
    },
    body: text,
  });
  const request = await authorize(session, unsigned, post.service);
  const { response } = await session.http.handle(request as never, { abortSignal: signal });
  const headers = response.headers;
  const contentType = (headers["content-type"] ?? "").toLowerCase();
  const body = response.body as Readable;
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
    const bytes = await readSome(body);
    const isJson = /\bjson\b/.test(contentType) || looksJson(bytes);
    const error =
      response.statusCode < 400 || !isJson
        ? foreign(bytes)
        : serviceError(response.statusCode, headers, bytes);
    throw Object.assign(error, { serviceDate: headers["date"] });
  }
  if (
    contentType !== "" &&
    !contentType.startsWith(post.expected) &&
    !(post.takesJson && /\bjson\b/.test(contentType))
  )
    throw foreign(await readSome(body));
  return { headers, requestId: requestIdOf(headers), contentType, body };
}

async function authorize(
  session: BedrockSession,
  request: HttpRequest,
  service: SignedPost["service"],
): Promise<HttpRequest> {
  if (session.auth === "bearer") {
    request.headers["authorization"] = `Bearer ${session.token}`;
    return request;
  }
  const signer = new SignatureV4({
    credentials: () => session.credentials.get(),
    region: session.region,
    service: service === "bedrock-mantle" ? "bedrock-mantle" : "bedrock",
    sha256: Sha256,
  });
  const signingDate = new Date(session.host.now() + session.clockOffset);
  return (await signer.sign(request, { signingDate })) as HttpRequest;
}

/** An error body of either dialect, as an Error like those of the SDK. */
function serviceError(status: number, headers: Record<string, string>, bytes: Buffer): Error {
  const json = parseJson(bytes.toString("utf8")) as Record<string, unknown>;
  const inner = json["error"] as { type?: unknown; message?: unknown } | undefined;
  const name = inner?.type ?? headers["x-amzn-errortype"]?.split(":")[0] ?? json["__type"] ?? "UnknownError";
  const message = inner?.message ?? json["message"] ?? json["Message"] ?? "";
  return Object.assign(new Error(String(message)), {
    name: String(name).split("#").at(-1),
    $metadata: { httpStatusCode: status, requestId: requestIdOf(headers) },
    $response: { statusCode: status, headers },
  });
}

/** Node's own SHA-256 in the shape the signer wants. */
class Sha256 {
  #hash: Hash | Hmac;
  #secret: string | Uint8Array | undefined;
  constructor(secret?: unknown) {
    this.#secret = secret as string | Uint8Array | undefined;
    this.#hash = this.#fresh();
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    this.#hash = this.#fresh();
  }
  #fresh(): Hash | Hmac {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
  }
}
