// What every way to Claude reads the same: JSON that must be JSON, exceptions inside a stream, the request's id.
import { StreamFault } from "./foreign-answer.ts";
import type { Frame } from "./frames.ts";

/** An exception or error frame as an Error with the name, message and originals that the service gave it. */
export function exceptionOf(frame: Frame): Error {
  const name = frame.headers[":exception-type"] ?? frame.headers[":error-code"] ?? "UnknownStreamError";
  let details: Record<string, unknown> = {};
  try {
    details = JSON.parse(Buffer.from(frame.body).toString("utf8"));
  } catch {
    // an error frame has no JSON body
  }
  const message = details["message"] ?? details["Message"] ?? frame.headers[":error-message"];
  return Object.assign(new Error(typeof message === "string" ? message : ""), {
    name,
    isStreamException: true,
    originalStatusCode: details["originalStatusCode"],
    originalMessage: details["originalMessage"],
  });
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StreamFault("corrupt", "corrupted data from the network (not JSON)");
  }
}

export function requestIdOf(headers: Record<string, string>): string | null {
  return headers["x-amzn-requestid"] ?? headers["x-amz-request-id"] ?? headers["request-id"] ?? null;
}
