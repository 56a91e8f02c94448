// A look at the HTTP answer before the SDK's deserializer: content type first, bodies bounded, streams kept raw.
import type { Readable } from "node:stream";
import type { DeserializeMiddleware, HttpResponse, MiddlewareStack } from "@smithy/types";
import { ForeignAnswer } from "./foreign-answer.ts";

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  /** The undecoded event stream of a successful streaming call. */
  stream: AsyncIterable<Uint8Array> | null;
}

const MAX_ERROR_BODY = 1024 * 1024;
export const EVENT_STREAM = "application/vnd.amazon.eventstream";

/**
 * Adds to a command's stack a middleware that fills `raw` and throws ForeignAnswer where the answer is not Bedrock's.
 * A successful stream is taken away from the SDK, whose decoder ends normally on a cut.
 */
export function watchAnswer(stack: MiddlewareStack<never, never>, raw: RawAnswer, expected: string): void {
  const middleware: DeserializeMiddleware<never, never> = (next) => async (args) => {
    const result = await next(args);
    const response = result.response as HttpResponse;
    raw.status = response.statusCode;
    raw.headers = response.headers;
    const contentType = (response.headers["content-type"] ?? "").toLowerCase();
    const body = response.body as Readable;
    const foreign = (bytes: Buffer) =>
      new ForeignAnswer({
        status: response.statusCode,
        contentType,
        headers: response.headers,
        text: bytes.toString("utf8").slice(0, 2000),
        expected,
        host: authorityOf(args.request),
      });
    if (response.statusCode >= 300) {
      const bytes = await readSome(body);
      const isJson = /\bjson\b/.test(contentType) || looksJson(bytes);
      if (response.statusCode < 400 || !isJson) throw foreign(bytes);
      response.body = bytes;
      return result;
    }
    // A gateway may strip the header; the frame guard and the parser still refuse what is no answer.
    if (contentType !== "" && !contentType.startsWith(expected)) throw foreign(await readSome(body));
    if (expected === EVENT_STREAM) {
      raw.stream = body;
      response.body = emptyStream();
    }
    return result;
  };
  stack.add(middleware as never, {
    step: "deserialize",
    name: "cbrWatchAnswer",
    priority: "low",
    override: true,
  });
}

async function* emptyStream(): AsyncGenerator<Uint8Array> {}

function authorityOf(request: unknown): string {
  const { hostname, port } = request as { hostname?: string; port?: number };
  return port ? `${hostname}:${port}` : (hostname ?? "");
}

export function looksJson(bytes: Buffer): boolean {
  return /^\s*\{/.test(bytes.subarray(0, 64).toString("latin1"));
}

/** Reads at most 1 MiB and lets go of the connection. A body that breaks off gives what came. */
export async function readSome(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size >= MAX_ERROR_BODY) break;
    }
  } catch {
    // the status line already says what happened
  }
  return Buffer.concat(chunks).subarray(0, MAX_ERROR_BODY);
}
