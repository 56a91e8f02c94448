import { expect, test } from "vitest";
import type { OutputStream } from "../../src/host/streams.ts";
import { statusLine } from "../../src/render/status-line.ts";
import { thinkingFold } from "../../src/render/thinking-fold.ts";
import { wrapWords } from "../../src/render/wrap.ts";

const STATUS = {
  model: "opus-4.6",
  geo: "global",
  usage: {
    input_tokens: 100,
    output_tokens: 1234,
    cache_read_input_tokens: 23_456,
    cache_creation_input_tokens: 0,
  },
  cost: 0.03169,
  sessionCost: 1.5,
  contextUse: 0.123,
};

test("the status line tells tokens, cache, cost and context", () => {
  expect(statusLine(STATUS, 120)).toBe(
    "opus-4.6 · global · 23.6k in · 23.5k from cache · 1,234 out · $0.032 · session $1.50 · context 12 %",
  );
});

test("a narrow terminal breaks it between facts", () => {
  for (const line of statusLine(STATUS, 40).split("\n")) expect(line.length).toBeLessThan(40);
});

test("what is not known is said to be unknown, never 0", () => {
  const unknown = { ...STATUS, usage: null, cost: null, sessionCost: null, contextUse: null };
  expect(statusLine(unknown, 80)).toBe("opus-4.6 · global · usage unknown · cost unknown");
});

test("words wrap at the width, with their indent", () => {
  expect(wrapWords("one two three four", 9, "  ")).toBe("one two\n  three\n  four");
});

test("reasoning is folded to one line when the answer starts, and drives nothing", async () => {
  let written = "";
  const out = {
    width: 20,
    color: { dim: (text: string) => text },
    write: async (text: string) => {
      written += text;
    },
  } as unknown as OutputStream;
  let now = 0;
  const fold = thinkingFold(out, { elapsed: () => now, canRedraw: true, beforeText() {} });
  await fold.event({ type: "thinking-delta", index: 0, thinking: "some thoughts that\u001b[2J wrap" });
  expect(written).toBe("some thoughts\nthat␛[2J wrap\n");
  now = 4000;
  await fold.event({ type: "text-delta", index: 1, text: "answer" });
  expect(written.endsWith("\u001b[2A\r\u001b[Jthought for 4 s\n")).toBe(true);
  await fold.end();
  expect(written.match(/thought for/g)).toHaveLength(1);
});
