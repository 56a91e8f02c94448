// What came with a 200 in the place of a reply.
import { CbrError } from "../errors.ts";
import { ReplyFailure } from "../reply-failure.ts";
import { asObject, asString, type JsonObject } from "./json.ts";

/** The failure that `body` tells of, in the service's own words where it has any; else that it is no reply of `api`'s. */
export function failedReply(body: JsonObject | null, api: "Messages" | "Converse"): Error {
  const error = asObject(body?.["error"]);
  if (error !== null) {
    const message = asString(error["message"]) ?? "the service reported an error without a message";
    return new ReplyFailure(asString(error["type"]) ?? "error", message, asString(body?.["request_id"]));
  }
  // Unknown paths under the runtime's `/anthropic` answer 200 with `Output` (AWS's coral framework).
  for (const fields of [body, asObject(body?.["Output"])]) {
    const type = asString(fields?.["__type"]);
    if (type === null) continue;
    const name = type.replace(/^.*#/, "");
    return new ReplyFailure(name, asString(fields?.["message"]) ?? asString(fields?.["Message"]) ?? name);
  }
  const message = asString(body?.["message"]) ?? asString(body?.["Message"]);
  return new CbrError("not_bedrock", {
    message: `the answer is not a ${api} reply${message === null ? "" : `: ${message.slice(0, 1000)}`}`,
  });
}
