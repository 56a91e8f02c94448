import { expect, test } from "vitest";
import type { Reply } from "../../src/core/reply.ts";
import { continueInMemory, memorySession } from "../../src/sessions/memory.ts";

const HOST = { now: () => 0 };

function reply(text: string): Reply {
  return {
    id: "msg_1",
    model: "claude-opus-4-6",
    requestId: null,
    content: [
      { type: "thinking", thinking: "hm", signature: "signed" },
      { type: "text", text },
    ],
    text,
    stopReason: "end_turn",
    stopSequence: null,
    stopDetails: null,
    usage: {
      input_tokens: 3,
      output_tokens: 2,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
    },
    guardrailAction: null,
    trace: null,
    unknownEvents: 0,
  };
}

test("a conversation in memory is one like any other, and goes on in another", async () => {
  const session = memorySession("name", HOST);
  await session.appendUser("one", { model: "opus-4.6" });
  await session.appendReply(reply("first"), { modelId: "m", cost: { usd: 1 } });
  session.compact("the summary");
  await session.appendUser("two");
  await session.appendReply(reply("second"), { modelId: "m", cost: { usd: 2 } });
  await session.appendUser("three");
  await session.appendIncomplete({ content: [{ type: "text", text: "half" }] }, { modelId: "m" }, "reset");
  expect(session.isSaved).toBe(false);
  const copy = await continueInMemory(session, HOST);
  for (const withPartial of [false, true]) {
    expect(copy.messages({ withPartial })).toEqual(session.messages({ withPartial }));
  }
  expect(copy.messages()[1]).toMatchObject({ content: [{ signature: "signed" }, { text: "second" }] });
  expect(copy.settings).toEqual({ model: "opus-4.6" });
  expect(copy.lastUsage).toEqual(session.lastUsage);
  expect(session.lastTurn()).toMatchObject({ prompt: "three", reply: { isComplete: false } });
  expect(session.undo()).toBe(true);
  expect(session.lastTurn()).toMatchObject({ prompt: "two", reply: { isComplete: true } });
});
