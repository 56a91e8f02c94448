import { expect, test } from "vitest";
import { withConversationCache } from "../../src/core/conversation-cache.ts";
import type { Message, MessagesBody } from "../../src/core/messages.ts";

const long = "word ".repeat(4000);
const said = (role: Message["role"], text: string): Message => ({ role, content: [{ type: "text", text }] });

function marks(body: MessagesBody, minTokens: number | null): string[] {
  const result = withConversationCache(body, minTokens);
  const found: string[] = [];
  JSON.stringify(result, function (key, value) {
    if (key === "cache_control") found.push(this.text.slice(0, 3));
    return value;
  });
  return found;
}

const CONVERSATION = [
  said("user", `one ${long}`),
  said("assistant", "ok"),
  said("user", "two"),
  said("assistant", "ok"),
  said("user", "new"),
];

test("breakpoints on system, on the turn before and on the newest, never more than four", () => {
  expect(marks({ max_tokens: 1, system: `sys ${long}`, messages: CONVERSATION }, 1024)).toEqual([
    "sys",
    "two",
    "new",
  ]);
});

test("none below the model's minimum, and none where it is unknown", () => {
  const short = [said("user", "one"), said("assistant", "ok"), said("user", long)];
  expect(marks({ max_tokens: 1, system: "short", messages: short }, 1024)).toEqual(["wor"]);
  expect(marks({ max_tokens: 1, system: `sys ${long}`, messages: CONVERSATION }, null)).toEqual([]);
  expect(marks({ max_tokens: 1, messages: [said("user", "hi")] }, 1024)).toEqual([]);
});

test("the last block that can be marked is: text as string too, never an empty text", () => {
  const message: Message = {
    role: "user",
    content: [
      { type: "text", text: long },
      { type: "text", text: "" },
    ],
  };
  expect(marks({ max_tokens: 1, messages: [message] }, 1024)).toEqual(["wor"]);
  expect(marks({ max_tokens: 1, messages: [{ role: "user", content: long }] }, 1024)).toEqual(["wor"]);
});

test("breakpoints of the user's own are left alone", () => {
  const system = [
    { type: "text" as const, text: `sys ${long}`, cache_control: { type: "ephemeral" as const } },
  ];
  expect(marks({ max_tokens: 1, system, messages: CONVERSATION }, 1024)).toEqual(["sys"]);
});
