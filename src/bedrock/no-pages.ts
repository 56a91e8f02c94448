// AWS's services answer in JSON and XML. A page comes from something in between, and of it the SDK would only say where its
// JSON broke.
import type { HttpResponse } from "@smithy/types";
import { ForeignAnswer, StreamFault } from "./foreign-answer.ts";
import type { HttpWay } from "./http.ts";
import { readSome } from "./raw-answer.ts";

const EXPECTED = "an answer of AWS";

/** `way`, but for answers that are pages, whatever their status: those are thrown as ForeignAnswer. */
export function withoutPages(way: HttpWay): HttpWay {
  return {
    ...way,
    async handle(request, options) {
      const { response } = await way.handle(request, options);
      const headers = lowerCased(response.headers);
      const contentType = headers["content-type"] ?? "";
      if (!/^\s*(?:text\/html|application\/xhtml)/i.test(contentType)) return { response };
      const { hostname, port, protocol } = request;
      throw new ForeignAnswer({
        status: response.statusCode,
        contentType,
        headers,
        text: (await readSome(response.body as AsyncIterable<Uint8Array>)).toString("utf8").slice(0, 2000),
        expected: EXPECTED,
        host: `${hostname}:${port ?? (protocol === "http:" ? 80 : 443)}`,
      });
    },
  };
}

/**
 * What the SDK could not read, in our words; any other error as it is. An exception of the service has `$fault`; of what is
 * none, the SDK tells people to inspect a hidden field of an object that they do not have.
 */
export function readable(error: unknown): unknown {
  if (!(error instanceof Error) || "$fault" in error || !("$response" in error)) return error;
  const { statusCode: status, headers: sent } = error.$response as Partial<HttpResponse>;
  if (status === undefined) return error;
  const [words = ""] = error.message.split("\n");
  const headers = lowerCased(sent ?? {});
  const contentType = headers["content-type"] ?? "";
  // AWS's front door may refuse in another form than the service's own.
  const name = headers["x-amzn-errortype"];
  if (name !== undefined && status >= 400) return { name, status, message: "", headers };
  if (status < 300) return new StreamFault("corrupt", `the answer cannot be read: ${words}`);
  return new ForeignAnswer({
    status,
    contentType,
    headers,
    text: words,
    expected: EXPECTED,
    host: "the server",
  });
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
