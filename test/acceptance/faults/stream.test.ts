// A stream that breaks is never taken for an answer: what came is delivered, the exit code says that it is not whole,
// and nothing is asked, or paid for, twice.
import { describe, expect, test } from "vitest";
import type { ScriptEntry } from "../../../src/mock/script.ts";
import { ask, checkRow, expectRow, type FaultRow, faulty } from "../../support/fault-rows.ts";

const WORDS = ["one ", "two ", "three ", "four"];
/** What two deltas leave on stdout. */
const TWO = "one two ";
const broken = (fault: string, more: ScriptEntry = {}): ScriptEntry[] => [{ text: WORDS, fault, ...more }];
const events = (...deltas: Record<string, unknown>[]): Record<string, unknown>[] => [
  {
    type: "message_start",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  ...deltas,
  { type: "content_block_stop", index: 0 },
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 3 },
  },
  { type: "message_stop" },
];
const text = (words: string) => ({
  type: "content_block_delta",
  index: 0,
  delta: { type: "text_delta", text: words },
});

/** Every API can be cut like this. */
const CUTS: FaultRow[] = [
  {
    title: "row 43: a whole answer is byte-exact",
    script: [{ text: ["Grüße ", "😀\r\n", "\u001b[31mred\u0000"] }],
    code: 0,
    stdout: "Grüße 😀\r\n\u001b[31mred\u0000",
  },
  {
    title: "row 44: a clean end without a stop event",
    script: broken("clean-end-no-stop"),
    code: 8,
    stdout: TWO,
    stderr: [/^cbr: the stream ended early \(no stop event\)/m, /^hint: /m],
  },
  {
    title: "row 45: an empty stream is asked once more, then it is a failure of the network",
    script: broken("empty-200"),
    code: 7,
    stderr: [/before any content/],
    hits: 2,
  },
  {
    title: "row 46: a cut inside a frame",
    script: broken("trunc-in-frame"),
    code: 8,
    stdout: TWO,
    stderr: [/the stream ended inside (a frame|an event)/],
  },
  {
    title: "row 47: a cut inside the length of a frame",
    script: broken("trunc-in-prefix"),
    code: 8,
    stdout: TWO,
    stderr: [/the stream ended inside (a frame|an event)/],
  },
  {
    title: "row 48: a reset between two frames",
    script: broken("rst-between"),
    code: 8,
    stdout: TWO,
    stderr: [/reset|closed the connection/],
  },
  {
    title: "row 49: a close without the end of the body",
    script: broken("fin-nochunkend"),
    code: 8,
    stdout: TWO,
    stderr: [/closed the connection|reset/],
  },
  {
    title: "row 50: a body that ends with the connection, too early",
    script: broken("connclose-eof"),
    code: 8,
    stdout: TWO,
    stderr: [/no stop event/],
  },
  {
    title: "row 51: silence after the first words",
    script: broken("stall-mid"),
    args: ["--idle-timeout", "1"],
    code: 8,
    stdout: TWO,
    stderr: [/^cbr: the answer stopped: nothing came for 1 s$/m, /hint: .*--idle-timeout/],
  },
  {
    title: "row 53: an exception after the first words",
    script: broken("exc"),
    code: 8,
    stdout: TWO,
    stderr: [/^cbr: Bedrock broke off the answer: .*unexpected error during processing/m, /^hint: /m],
  },
  {
    title: "row 54: throttled in the middle of the answer",
    script: broken("exc", { exception: "throttlingException", message: "Too many tokens" }),
    code: 8,
    stdout: TWO,
    stderr: [/^cbr: Bedrock broke off the answer: .*Too many tokens/m],
  },
  {
    title: "row 58: an error frame after the first words",
    script: broken("errframe"),
    code: 8,
    stdout: TWO,
    stderr: [/An internal error occurred/],
  },
  {
    title: "row 61: a frame whose JSON is broken",
    script: broken("bad-json"),
    code: 8,
    stdout: TWO,
    stderr: [/^cbr: corrupted data from the network \(not JSON\); the answer is incomplete$/m],
  },
  {
    title: "row 62: events of unknown kinds are passed over",
    script: broken("unknown-event"),
    code: 0,
    stdout: WORDS.join(""),
  },
  {
    title: "row 64: the two halves of a character come in two events",
    script: [{ text: "a 😀 b", fault: "surrogate" }],
    code: 0,
    stdout: "a 😀 b",
  },
  {
    title: "row 66: one byte at a time",
    script: [{ text: ["Grüße ", "😀"], fault: "drip" }],
    code: 0,
    stdout: "Grüße 😀",
  },
  {
    title: "row 67: the connection stays open after the stop",
    script: broken("stall-after-stop"),
    code: 0,
    stdout: WORDS.join(""),
  },
  {
    title: "row 72: what follows the stop is not part of the answer",
    script: broken("trailing-events"),
    code: 0,
    stdout: WORDS.join(""),
  },
];

describe.each([
  ["invoke", "opus-4.6"],
  ["converse", "opus-4.6"],
  ["messages", "sonnet-5"],
  ["mantle", "haiku-4.5"],
])("%s", (api, model) => {
  test.each(CUTS)("$title", async (row) => {
    await checkRow(row, ["--api", api, "-m", model]);
  });

  test.each([
    ["row 46: a JSON answer cut short by the end of the connection", { "content-length": null }],
    ["row 49: a JSON answer shorter than its content-length", { "content-length": "5000" }],
  ])("%s", async (_title, headers) => {
    const server = await faulty([{ body: '{"id":"msg_1","type":"message","content":[{"type":"te', headers }]);
    const run = await ask(server, ["--api", api, "-m", model, "--no-stream", "--timeout", "3"]);
    expect(run.code, run.stderr).toBeGreaterThan(6);
    expect(run).toMatchObject({ stdout: "" });
    expect(run.stderr).toMatch(/^cbr: /m);
  });
});

describe("the frames of InvokeModel", () => {
  const rows: FaultRow[] = [
    {
      title: "row 55: an internal error in the middle",
      script: broken("exc", { exception: "internalServerException", message: "It broke" }),
      code: 8,
      stdout: TWO,
      stderr: [/Bedrock broke off the answer.*It broke/],
    },
    {
      title: "row 55: the service goes away in the middle",
      script: broken("exc", { exception: "serviceUnavailableException", message: "Going down" }),
      code: 8,
      stdout: TWO,
      stderr: [/Bedrock broke off the answer.*Going down/],
    },
    {
      title: "row 55: the model runs out of time in the middle",
      script: broken("exc", { exception: "modelTimeoutException", message: "Model took too long" }),
      code: 8,
      stdout: TWO,
      stderr: [/Bedrock broke off the answer.*Model took too long/],
    },
    {
      title: "row 53: an exception before the first words is asked once more",
      script: broken("exc-first"),
      code: 6,
      stderr: [/unexpected error during processing/],
      hits: 2,
    },
    {
      title: "row 53: an exception first, then an answer",
      script: [{ ...(broken("exc-first")[0] as ScriptEntry), times: 1 }, { text: WORDS }],
      code: 0,
      stdout: WORDS.join(""),
      stderr: [/^note: .*retrying in .*\(2\/2\)$/m],
      hits: 2,
    },
    {
      title: "row 54: throttled in the first frame costs one attempt each, of ours and of nobody else's",
      script: broken("exc-first", { exception: "throttlingException", message: "Slow down" }),
      args: ["--max-attempts", "2"],
      code: 6,
      stderr: [/Slow down/, /^note: throttled, retrying in .*\(2\/2\)$/m],
      hits: 2,
    },
    {
      title: "row 56: a refused request, told in the stream before any words",
      script: broken("exc-first", { exception: "validationException", message: "messages: too odd" }),
      code: 5,
      stderr: [/messages: too odd/],
    },
    {
      title: "row 56: a refused request, told in the middle of the answer",
      script: broken("exc", { exception: "validationException", message: "messages: too odd" }),
      code: 8,
      stdout: TWO,
      stderr: [/messages: too odd/],
    },
    {
      title: "row 57: an exception of a name that nobody knows",
      script: broken("exc", { exception: "brandNewException", message: "never seen before" }),
      code: 8,
      stdout: TWO,
      stderr: [/BrandNewException.*never seen before/i],
    },
    {
      title: "row 59: a wrong checksum; the damaged text is never printed",
      script: broken("crc"),
      code: 8,
      stdout: TWO,
      stderr: [/^cbr: corrupted data from the network/m],
    },
    {
      title: "row 59: a wrong checksum of a prelude",
      script: broken("crc-prelude"),
      code: 8,
      stdout: TWO,
      stderr: [/^cbr: corrupted data from the network/m],
    },
    {
      title: "row 60: a frame of no length",
      script: broken("len-zero"),
      code: 8,
      stdout: TWO,
      stderr: [/^cbr: malformed stream: a frame claims 0 bytes/m],
    },
    {
      title: "row 60: a frame of four gigabytes",
      script: broken("len-huge"),
      code: 8,
      stdout: TWO,
      stderr: [/^cbr: malformed stream: a frame claims 4294967295 bytes/m],
    },
    {
      title: "row 63: deltas and blocks of kinds that nobody knows are counted with -v",
      script: [
        {
          events: events(text("a"), {
            type: "content_block_delta",
            index: 0,
            delta: { type: "telepathy_delta", wave: 1 },
          }),
        },
      ],
      args: ["-v"],
      code: 0,
      stdout: "a",
      stderr: [/^1 event of a kind unknown to cbr$/m],
    },
    {
      title: "row 65: half a character that is never completed",
      script: [{ events: events(text("a \ud83d"), text(" b")) }],
      code: 0,
      stdout: "a \ufffd b",
    },
    {
      title: "row 68: an answer without usage",
      script: [{ text: WORDS, fault: "no-metadata" }],
      args: ["-u"],
      code: 0,
      stdout: WORDS.join(""),
      stderr: [/^(?!.*\b0 (in|tokens|out)).*$/m],
    },
    {
      title: "row 69: cut at max_tokens is a warning",
      script: [{ text: WORDS, stop_reason: "max_tokens" }],
      args: ["--max-tokens", "77"],
      code: 0,
      stdout: WORDS.join(""),
      stderr: [/^warning: .*cut at max_tokens \(77\)$/m],
    },
    {
      title: "row 69: cut at max_tokens is 9 with --strict",
      script: [{ text: WORDS, stop_reason: "max_tokens" }],
      args: ["--strict"],
      code: 9,
      stdout: WORDS.join(""),
      stderr: [/^cbr: .*cut at max_tokens \(\d+\)$/m],
    },
    ...["refusal", "guardrail_intervened", "content_filtered", "model_context_window_exceeded", "bored"].map(
      (reason) => ({
        title: `row 70: stop reason ${reason}`,
        script: [{ text: WORDS, stop_reason: reason }],
        code: 9,
        stdout: WORDS.join(""),
        stderr: [/^cbr: /m, /^hint: /m],
      }),
    ),
    {
      title: "row 70: a guardrail that intervened behind an ordinary stop reason",
      script: [{ text: WORDS, extra: { "amazon-bedrock-guardrailAction": "INTERVENED" } }],
      code: 9,
      stdout: WORDS.join(""),
      stderr: [/^cbr: the guardrail intervened$/m],
    },
    {
      title: "row 71: a stop reason and not a word",
      script: [{ events: events() }],
      code: 9,
      stderr: [/^cbr: the answer is empty$/m, /^hint: /m],
    },
    {
      title: "row 72: an answer that starts twice",
      script: broken("duplicate-start"),
      code: 8,
      stdout: TWO,
      stderr: [/^cbr: the answer started twice$/m],
    },
    {
      title: "row 73: control characters go into a pipe as they are",
      script: [{ text: ["\u001b]52;c;aGk=\u0007", "\u009b31m\b\r\u202e"] }],
      code: 0,
      stdout: "\u001b]52;c;aGk=\u0007\u009b31m\b\r\u202e",
    },
  ];
  test.each(rows)("$title", async (row) => {
    await checkRow(row);
  });

  test("row 71: a tool call without words is an answer", async () => {
    const server = await faulty([
      { blocks: [{ type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Oslo" } }] },
    ]);
    const run = await ask(server, ["--json"]);
    expectRow({ code: 0, stdout: run.stdout }, run, server);
    expect(JSON.parse(run.stdout)).toMatchObject({
      stop_reason: "tool_use",
      content: [{ type: "tool_use", input: { city: "Oslo" } }],
    });
  });
});

describe("what cannot be told from the text alone", () => {
  test("row 51: silence before the first words is asked once more, and is then a failure of the network", async () => {
    const server = await faulty(broken("stall-mid", { after: 0 }));
    const run = await ask(server, ["--idle-timeout", "1"]);
    expectRow({ code: 7, stderr: [/nothing of an answer .* in 1 s/], hits: 2 }, run, server);
  });

  test("row 52: a gap shorter than the limit is no silence, and 0 switches the limit off", async () => {
    const server = await faulty([{ text: WORDS, gap: 700 }]);
    const [long, off] = await Promise.all([
      ask(server, ["--idle-timeout", "2"]),
      ask(server, ["--idle-timeout", "0"]),
    ]);
    for (const run of [long, off]) expect(run).toMatchObject({ code: 0, stdout: WORDS.join(""), stderr: "" });
  });

  test("row 67: usage is unknown where metadata never comes", async () => {
    const server = await faulty([{ text: WORDS, fault: "no-metadata" }]);
    const run = await ask(server, ["--json", "--api", "converse"]);
    expectRow({ code: 0, stdout: run.stdout }, run, server);
    expect(JSON.parse(run.stdout)).toMatchObject({ usage: null, cost: null });
  });

  test("row 68: usage and cost are null, never 0", async () => {
    const server = await faulty([{ text: WORDS, fault: "no-metadata" }]);
    const run = await ask(server, ["--json"]);
    expect(JSON.parse(run.stdout)).toMatchObject({ text: WORDS.join(""), usage: null, cost: null });
  });

  test("row 75: JSON carries the partial text, on stderr and nowhere else", async () => {
    const server = await faulty(broken("rst-between"));
    const run = await ask(server, ["--json"]);
    expectRow({ code: 8, stderr: [/^\{"type":"error"/m] }, run, server);
    const { error } = JSON.parse(run.stderr.trim().split("\n").at(-1) ?? "");
    expect(error).toMatchObject({ code: "incomplete", exit_code: 8, partial_text: TWO });
  });

  test("row 75: thinking is content too: a cut after it is not asked again", async () => {
    const server = await faulty([{ thinking: ["let ", "me ", "see"], text: WORDS, fault: "rst-between" }]);
    const run = await ask(server, ["-m", "opus-4.6", "--thinking", "2000"]);
    expectRow({ code: 8, stderr: [/^cbr: /m] }, run, server);
  });

  test("row 75: nothing is asked twice once something was received, nor elsewhere", async () => {
    const server = await faulty(broken("exc", { exception: "throttlingException", message: "later" }));
    const run = await ask(server, ["-m", "opus-4.6", "--max-attempts", "5", "--fallback-model", "haiku-4.5"]);
    expectRow({ code: 8, stdout: TWO, stderr: [/later/] }, run, server);
  });

  test("row 75: a reset after the start and before the first words is asked again", async () => {
    const server = await faulty([
      { ...(broken("rst-between", { after: 0 })[0] as ScriptEntry), times: 1 },
      { text: WORDS },
    ]);
    const run = await ask(server);
    expectRow(
      { code: 0, stdout: WORDS.join(""), stderr: [/^note: connection reset, retrying/m], hits: 2 },
      run,
      server,
    );
  });
});
