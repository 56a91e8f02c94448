// A 200 that holds an error keeps the service's words, in every shape that services and gateways give it.
import { expect, it } from "vitest";
import { failedReply } from "../../../src/core/convert/failed-reply.ts";

it.each([
  [{ error: { type: "overloaded_error", message: "Overloaded" } }, "overloaded_error", "Overloaded"],
  [{ __type: "ThrottlingException", message: "slow down" }, "ThrottlingException", "slow down"],
  [{ __type: "com.amazon#AccessDeniedException", Message: "no" }, "AccessDeniedException", "no"],
  [{ Output: { __type: "com.amazon#UnknownOperation" } }, "UnknownOperation", "UnknownOperation"],
])("%j is what the service says", (body, errorType, message) => {
  for (const api of ["Messages", "Converse"] as const)
    expect(failedReply(body, api)).toMatchObject({ errorType, message });
});

it("what is no error either is no reply, with the words that it has", () => {
  const words = failedReply({ message: "log in first" }, "Converse");
  expect(words).toMatchObject({
    code: "not_bedrock",
    message: "the answer is not a Converse reply: log in first",
  });
  expect(failedReply(null, "Messages")).toMatchObject({ message: "the answer is not a Messages reply" });
});
