import { describe, expect, test } from "vitest";
import { type LoadedTurn, messagesOf } from "../../src/core/history.ts";
import type { ContentBlock } from "../../src/core/messages.ts";
import fc from "../support/property.ts";

type Reply = NonNullable<LoadedTurn["reply"]>;

const text = (value: string): ContentBlock => ({ type: "text", text: value });

function turn(prompt: LoadedTurn["prompt"], reply: Partial<Reply> | string | null): LoadedTurn {
  const fields = typeof reply === "string" ? { content: [text(reply)] } : reply;
  if (fields === null) return { prompt, reply: null };
  return {
    prompt,
    reply: {
      at: "",
      isComplete: true,
      error: null,
      hasContent: true,
      stopReason: "end_turn",
      guardrailAction: null,
      model: null,
      modelId: null,
      usage: null,
      cost: null,
      content: [],
      ...fields,
    },
  };
}

/** `user: a|b / assistant: c` */
function shape(turns: LoadedTurn[], withPartial = false): string {
  return messagesOf(turns, { summary: null, withPartial })
    .map(({ role, content }) => {
      const blocks = typeof content === "string" ? [text(content)] : content;
      return `${role}: ${blocks.map((block) => (block.type === "text" ? block.text : `<${block.type}>`)).join("|")}`;
    })
    .join(" / ");
}

const cutOff = (content: ContentBlock[]) => ({ isComplete: false, error: "incomplete", content });

describe("a prompt without a usable reply", () => {
  test.each<[string, LoadedTurn[], string]>([
    ["never answered", [turn("a", null), turn("b", null)], "user: a|b"],
    ["asked again", [turn("a", null), turn("a", null), turn("a", "ok")], "user: a / assistant: ok"],
    ["answered by nothing", [turn("a", " \n"), turn("b", "ok")], "user: a|b / assistant: ok"],
    [
      "answered by thinking only",
      [turn("a", { content: [{ type: "thinking", thinking: "hm", signature: "s" }] }), turn("b", null)],
      "user: a|b",
    ],
    ["cut off", [turn("a", cutOff([text("par ")])), turn("b", null)], "user: a|b"],
    [
      "failed on the way",
      [turn("a", { isComplete: false, error: "throttled", hasContent: false }), turn("b", null)],
      "user: a|b",
    ],
  ])("%s: is joined to the next", (_, turns, sent) => {
    expect(shape(turns)).toBe(sent);
  });

  test.each<[string, Partial<Reply>]>([
    ["by the service", { isComplete: false, error: "validation", hasContent: false }],
    ["for its size", { isComplete: false, error: "prompt_too_long", hasContent: false }],
    ["by Claude", { stopReason: "refusal", content: [text("I can")] }],
    ["by a guardrail", { guardrailAction: "INTERVENED", content: [text("Sorry.")] }],
  ])("refused %s: is left out with its reply, or every later request would be refused too", (_, reply) => {
    expect(shape([turn("a", "ok"), turn("bad", reply), turn("c", null)])).toBe(
      "user: a / assistant: ok / user: c",
    );
  });
});

describe("a reply that was cut off", () => {
  test("is sent on request, its text only, without white space at its end", () => {
    const content: ContentBlock[] = [
      { type: "thinking", thinking: "hm", signature: "" },
      text("so far \n"),
      { type: "tool_use", id: "t", name: "n", input: {} },
    ];
    expect(shape([turn("a", cutOff(content)), turn("b", null)], true)).toBe(
      "user: a / assistant: so far / user: b",
    );
  });
  test("without text is not sent even then", () => {
    expect(shape([turn("a", cutOff([text(" ")])), turn("b", null)], true)).toBe("user: a|b");
  });
});

test("a tool call without a result goes, with one it stays", () => {
  const call: ContentBlock = { type: "tool_use", id: "t1", name: "n", input: {} };
  const result: ContentBlock = { type: "tool_result", tool_use_id: "t1", content: "4" };
  expect(shape([turn("a", { content: [text("let me"), call] }), turn("b", null)])).toBe(
    "user: a / assistant: let me / user: b",
  );
  expect(shape([turn("a", { content: [call] }), turn("b", null)])).toBe("user: a|b");
  expect(shape([turn("a", { content: [call] }), turn([result], "ok")])).toBe(
    "user: a / assistant: <tool_use> / user: <tool_result> / assistant: ok",
  );
  expect(shape([turn([result, text("x")], null)])).toBe("user: x");
});

test("a summary stands before the first prompt, in the same message", () => {
  const [first, ...rest] = messagesOf([turn("a", "ok")], { summary: "they met" });
  expect(first?.role).toBe("user");
  expect(JSON.stringify(first?.content)).toMatch(/they met.*"a"/);
  expect(rest).toEqual([{ role: "assistant", content: [text("ok")] }]);
});

test("whatever happened, user and assistant take turns, beginning with user", () => {
  const replies: (Partial<Reply> | string | null)[] = [
    "ok",
    "",
    null,
    cutOff([text("x ")]),
    cutOff([]),
    { stopReason: "refusal" },
    { content: [] },
    { content: [{ type: "tool_use", id: "t", name: "n", input: {} }] },
  ];
  const prompts: LoadedTurn["prompt"][] = ["p", "", [], [{ type: "tool_result", tool_use_id: "t" }]];
  const anyTurn = fc.tuple(fc.constantFrom(...prompts), fc.constantFrom(...replies));
  fc.assert(
    fc.property(fc.array(anyTurn, { maxLength: 6 }), fc.boolean(), (pairs, withPartial) => {
      const turns = pairs.map(([prompt, reply], n) => turn(prompt === "p" ? `p${n}` : prompt, reply));
      messagesOf(turns, { summary: null, withPartial }).forEach((message, index) => {
        expect(message.role).toBe(index % 2 === 0 ? "user" : "assistant");
        expect(message.content.length).toBeGreaterThan(0);
      });
    }),
    { numRuns: 2000 },
  );
});
