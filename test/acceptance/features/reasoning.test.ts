import { expect, test } from "vitest";
import { mocked } from "../../support/mocked.ts";

test.each([
  [
    "haiku-4.5",
    ["--thinking", "2048"],
    { thinking: { type: "enabled", budget_tokens: 2048 }, max_tokens: 32000 },
  ],
  ["opus-4.6", ["--thinking", "adaptive"], { thinking: { type: "adaptive" }, max_tokens: 32000 }],
  ["opus-4.8", ["--effort", "xhigh"], { output_config: { effort: "xhigh" }, max_tokens: 8192 }],
  ["opus-5", ["--thinking", "off"], { thinking: { type: "disabled" }, max_tokens: 8192 }],
  ["opus-5.5", [], { max_tokens: 32000 }],
  [
    "opus-4.5",
    ["--effort", "low"],
    { anthropic_beta: ["effort-2025-11-24"], output_config: { effort: "low" } },
  ],
])("%s with %j says it as the model wants it", async (model, flags, expected) => {
  const bedrock = await mocked();
  expect(await bedrock.cbr(["invoke", "-m", model, ...flags, "hi"])).toMatchObject({ code: 0 });
  expect(bedrock.body()).toMatchObject(expected);
});

test.each([
  ["opus-5.5", ["--thinking", "off"], /Opus 5\.5 always thinks and accepts only `adaptive`/],
  ["opus-4.8", ["--thinking", "2048"], /`--thinking 2048`: Claude Opus 4\.8 accepts `adaptive` or `off`/],
  ["haiku-4.5", ["--thinking", "adaptive"], /Haiku 4\.5 accepts a budget in tokens/],
  ["opus-4.6", ["--effort", "xhigh"], /`--effort xhigh`: Claude Opus 4\.6 accepts low, medium, high, max/],
  ["haiku-4.5", ["--effort", "low"], /no effort parameter/],
  ["haiku-4.5", ["--thinking", "9000", "--max-tokens", "9000"], /budget below max_tokens \(9000\)/],
])("%s with %j is 2 before anything is sent, saying what it accepts", async (model, flags, message) => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", model, ...flags, "hi"]);
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toMatch(message);
  expect(bedrock.mock.requests).toEqual([]);
});

test("--no-check sends it all the same, and the service refuses", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "-m", "opus-5.5", "--thinking", "off", "--no-check", "hi"]);
  expect(run.code).toBe(5);
  expect(bedrock.body().thinking).toEqual({ type: "disabled" });
});

test.each(["json", "stream-json"])("--show-thinking shows the reasoning beside %s too", async (format) => {
  const bedrock = await mocked({ script: [{ thinking: "hm", text: "A" }] });
  const args = ["invoke", "-m", "opus-4.6", "--thinking", "adaptive", "--output-format", format, "hi"];
  const run = await bedrock.cbr([...args, "--show-thinking"]);
  expect(run).toMatchObject({ code: 0, stderr: "hm\n" });
  expect(JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "").text).toBe("A");
});

test("--show-thinking puts the reasoning on stderr, the answer alone on stdout", async () => {
  const bedrock = await mocked({ script: [{ thinking: "let me see", text: "42" }] });
  const run = await bedrock.cbr(["invoke", "-m", "opus-5.5", "--show-thinking", "hi"]);
  expect(run).toMatchObject({ code: 0, stdout: "42", stderr: "let me see\n" });
  expect(bedrock.body().thinking).toEqual({ type: "adaptive", display: "summarized" });
});

test("reasoning is dim where colour is wanted", async () => {
  const bedrock = await mocked({ script: [{ thinking: "hm", text: "42" }] });
  const run = await bedrock.cbr(["invoke", "-m", "opus-5.5", "--show-thinking", "--color", "always", "hi"]);
  expect(run.stderr).toContain("\u001b[2mhm\u001b[22m");
  expect(run.stdout).toBe("42");
});

test.each(["invoke", "converse", "messages", "mantle"])(
  "signatures and redacted blocks survive in JSON through %s",
  async (api) => {
    const redacted = { type: "redacted_thinking", data: "c2VjcmV0" };
    const bedrock = await mocked({ script: [{ thinking: "let me see", text: "42", blocks: [redacted] }] });
    const run = await bedrock.cbr([
      "invoke",
      "-m",
      "opus-4.8",
      "--thinking",
      "adaptive",
      "--api",
      api,
      "--json",
      "hi",
    ]);
    const { content } = JSON.parse(run.stdout);
    expect(content).toContainEqual({
      type: "thinking",
      thinking: "let me see",
      signature: expect.stringMatching(/.+/),
    });
    expect(content).toContainEqual(redacted);
  },
);

test("--thinking off takes a body's thinking away; --show-thinking does not switch on what a body switched off", async () => {
  const bedrock = await mocked();
  const body = (thinking: object) => ({
    stdin: JSON.stringify({ max_tokens: 5000, thinking, messages: [{ role: "user", content: "hi" }] }),
  });
  await bedrock.cbr(
    ["invoke", "-m", "opus-4.6", "--body", "-", "--thinking", "off"],
    body({ type: "enabled", budget_tokens: 2000 }),
  );
  expect(bedrock.body(0).thinking).toBeUndefined();
  await bedrock.cbr(["invoke", "-m", "opus-5", "--body", "-", "--show-thinking"], body({ type: "disabled" }));
  expect(bedrock.body(1).thinking).toEqual({ type: "disabled" });
  await bedrock.cbr(["invoke", "-m", "opus-5", "--body", "-", "--show-thinking"], body({ type: "adaptive" }));
  expect(bedrock.body(2).thinking).toEqual({ type: "adaptive", display: "summarized" });
});
