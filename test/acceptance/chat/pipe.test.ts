import { spawnSync } from "node:child_process";
import { appendFileSync, closeSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanEnv, freshHome, PROGRAM } from "../../support/cbr.ts";
import { png } from "../../support/media.ts";
import { errorOf, mocked } from "../../support/mocked.ts";

test("each line that is not blank is a turn; answers go to stdout, each ended by one newline, nothing else does", async () => {
  const bedrock = await mocked({ script: [{ text: "first" }, { text: "second\n" }] });
  const run = await bedrock.cbr(["chat"], { stdin: "one\n\n  \ntwo" });
  expect(run.code).toBe(0);
  expect(run.stdout).toBe("first\nsecond\n");
  expect(run.stderr).toBe("");
  expect(bedrock.body(1).messages.map((message: any) => [message.role, message.content[0].text])).toEqual([
    ["user", "one"],
    ["assistant", "first"],
    ["user", "two"],
  ]);
});

test("a long conversation over one connection says nothing of its own", async () => {
  const bedrock = await mocked();
  const stdin = Array.from({ length: 40 }, (_, i) => `line ${i}\n`).join("");
  const run = await bedrock.cbr(["chat", "--no-save"], { stdin });
  expect(run.code).toBe(0);
  expect(run.stdout.trim().split("\n")).toHaveLength(40);
  expect(run.stderr).toBe("");
});

test("the exit code is that of the last turn, and a turn that failed does not end the conversation", async () => {
  const refused = { status: 400, name: "ValidationException", message: "no" };
  const failing = await mocked({ script: [{ text: "fine" }, refused] });
  const last = await failing.cbr(["chat"], { stdin: "one\ntwo\n" });
  expect(last.code).toBe(5);
  expect(last.stdout).toBe("fine\n");
  const recovering = await mocked({ script: [refused, { text: "fine" }] });
  const first = await recovering.cbr(["chat"], { stdin: "one\ntwo\n" });
  expect(first.code).toBe(0);
  expect(first.stdout).toBe("fine\n");
  expect(first.stderr).toContain("cbr: ");
});

test("a command after a turn that failed does not mend the exit code, another turn does", async () => {
  const script = [{ status: 400, name: "ValidationException", message: "no" }, { text: "fine" }];
  const left = await (await mocked({ script })).cbr(["chat"], { stdin: "one\n/usage\n/exit\n" });
  expect(left.code).toBe(5);
  const retried = await (await mocked({ script })).cbr(["chat"], { stdin: "one\n/retry\n/exit\n" });
  expect(retried.code).toBe(0);
  const unknown = await (await mocked()).cbr(["chat"], { stdin: "one\n/bogus\n/exit\n" });
  expect(unknown.code).toBe(2);
});

test("stream-json gives events and a result for each turn, errors as JSON on stderr", async () => {
  const bedrock = await mocked({
    script: [{ text: ["a", "b"] }, { status: 400, name: "ValidationException", message: "no" }],
  });
  const run = await bedrock.cbr(["chat", "--output-format", "stream-json"], { stdin: "one\ntwo\n" });
  const lines = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => line.type)).toEqual(["start", "text_delta", "text_delta", "result"]);
  expect(lines[3].text).toBe("ab");
  expect(errorOf(run.stderr).exit_code).toBe(5);
  expect(run.code).toBe(5);
});

test("the conversation is saved under a generated name, and with --no-save nowhere", async () => {
  const bedrock = await mocked();
  const home = freshHome();
  await bedrock.cbr(["chat"], { stdin: "hello\n", home });
  const directory = join(home, ".local/state/cbr/sessions");
  expect(readdirSync(directory)).toEqual([
    expect.stringMatching(/^\d{4}-\d\d-\d\d-\d{4}-[a-z]+-[a-z]+\.jsonl$/),
  ]);
  const other = freshHome();
  await bedrock.cbr(["chat", "--no-save"], { stdin: "hello\n", home: other });
  // What is below .cache is compiled code.
  expect(readdirSync(other).filter((name) => name !== ".cache")).toEqual([]);
});

test("what was said so far is read from the cache; thinking goes back unchanged", async () => {
  const long = "a fact worth keeping, said at length. ".repeat(500);
  const bedrock = await mocked({ script: [{ thinking: "hm", text: "yes" }, {}, {}] });
  const run = await bedrock.cbr(["chat", "-m", "opus-4.6", "--thinking", "1024", "-s", long, "--json"], {
    stdin: `${long}\nand then?\nand then?\n`,
  });
  expect(run.code).toBe(0);
  const [, second, third] = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(second.usage.cache_read_input_tokens).toBeGreaterThan(9000);
  expect(third.usage.cache_read_input_tokens).toBeGreaterThan(second.usage.cache_read_input_tokens);
  const [thinking] = bedrock.body(1).messages[1].content;
  expect(thinking).toMatchObject({
    type: "thinking",
    thinking: "hm",
    signature: expect.stringMatching(/.+/),
  });
  const marks = JSON.stringify(bedrock.body(2)).match(/cache_control/g);
  expect(marks?.length).toBe(3);
});

test("a short conversation has no breakpoints: the service would not cache it", async () => {
  const bedrock = await mocked();
  await bedrock.cbr(["chat", "-s", "be brief"], { stdin: "hello\n" });
  expect(JSON.stringify(bedrock.body())).not.toContain("cache_control");
});

test("slash commands work from a pipe and write nothing to stdout; a path is no command", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const run = await bedrock.cbr(["chat"], {
    stdin: "/model haiku-4.5\n/etc/hosts what is it?\n//no command\n/exit\nnever\n",
  });
  expect(run.stdout).toBe("ok\nok\n");
  expect(run.stderr).toContain("haiku-4.5");
  expect(bedrock.calls().map(({ path }) => path)).toEqual([
    expect.stringContaining("haiku-4-5"),
    expect.stringContaining("haiku-4-5"),
  ]);
  expect(bedrock.body(0).messages.at(-1).content[0].text).toBe("/etc/hosts what is it?");
  expect(bedrock.body(1).messages.at(-1).content[0].text).toBe("/no command");
});

test("an unknown command suggests the nearest and sends nothing", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["chat"], { stdin: "/modle\n" });
  expect(run.code).toBe(2);
  expect(run.stderr).toContain("did you mean `/model`?");
  expect(bedrock.calls()).toEqual([]);
});

test("a guarded geo is not left by /model or /geo, and the conversation goes on where it was", async () => {
  const bedrock = await mocked({ script: [{ text: "here" }] });
  const env = { CBR_GEO: "us", AWS_REGION: "us-east-1" };
  const run = await bedrock.cbr(["chat", "-m", "opus-4.6"], {
    stdin: "/geo global\n/model eu.anthropic.claude-opus-4-6-v1\nhello\n",
    env,
  });
  expect(run.code).toBe(0);
  expect(run.stderr.match(/is a guard \(CBR_GEO\)/g)?.length).toBe(2);
  expect(bedrock.calls().map(({ path }) => decodeURIComponent(path))).toEqual([
    expect.stringContaining("/us.anthropic.claude-opus-4-6-v1/"),
  ]);
  const refused = await bedrock.cbr(["chat", "-m", "opus-4.6"], { stdin: "/geo global\n", env });
  expect(refused.code).toBe(13);
});

test("/retry, /undo, /clear and /system change what is sent next", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const run = await bedrock.cbr(["chat"], {
    stdin: "one\n/retry haiku-4.5\ntwo\n/undo\n/system be brief\nthree\n/clear\nfour\n",
  });
  expect(run.code).toBe(0);
  const said = bedrock.calls().map((_, i) =>
    bedrock
      .body(i)
      .messages.map((message: any) => message.content[0].text)
      .join("|"),
  );
  expect(said).toEqual(["one", "one", "one|ok|two", "one|ok|three", "four"]);
  expect(bedrock.calls().map(({ path }) => path.includes("haiku"))).toEqual([
    false,
    true,
    false,
    false,
    false,
  ]);
  expect([bedrock.body(2).system, bedrock.body(3).system]).toEqual([undefined, "be brief"]);
});

test("/compact sends a summary in place of the turns, which the session's file keeps", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }, { text: "THE SUMMARY" }, { text: "ok" }] });
  const home = freshHome();
  const run = await bedrock.cbr(["chat", "--session", "s"], {
    stdin: "a secret plan\n/compact\nnext\n",
    home,
  });
  expect(run.code).toBe(0);
  const sent = JSON.stringify(bedrock.body(2).messages);
  expect(sent).toContain("THE SUMMARY");
  expect(sent).not.toContain("a secret plan");
  expect(readFileSync(join(home, ".local/state/cbr/sessions/s.jsonl"), "utf8")).toContain("a secret plan");
});

test("a conversation that cannot fit is refused before it is sent, and /compact is offered", async () => {
  const bedrock = await mocked({
    script: [
      { text: "ok", usage: { input_tokens: 190_000 } },
      { path: "count-tokens", body: { inputTokens: 200_001 } },
    ],
  });
  const run = await bedrock.cbr(["chat", "-m", "haiku-4.5"], { stdin: "one\ntwo\n" });
  expect(run.code).toBe(3);
  expect(run.stderr).toMatch(
    /^warning: the context window is 95 % full; `\/compact` .*`\/clear` begins anew$/m,
  );
  expect(run.stderr).toMatch(/cbr: the conversation with this message has 200001 tokens/);
  expect(run.stderr).toContain("hint: `/compact` summarises");
  expect(bedrock.calls().filter(({ path }) => path.includes("invoke"))).toHaveLength(1);
});

test("a session that is in use by another process ends it with 12", async () => {
  const bedrock = await mocked();
  const home = freshHome();
  const holder = bedrock.cbr(["chat", "--session", "s"], { stdin: "open", home });
  holder.child.stdin?.write("hello\n");
  await new Promise((resolve) => holder.child.stdout?.once("data", resolve));
  const second = await bedrock.cbr(["chat", "--session", "s"], { stdin: "hello\n", home });
  expect(second.code).toBe(12);
  holder.child.stdin?.end();
  expect((await holder).code).toBe(0);
});

test("a state directory that cannot be written: one notice, and the conversation goes on in memory", async () => {
  const bedrock = await mocked({ script: [{ text: "first" }, { text: "second" }] });
  const home = freshHome();
  writeFileSync(join(home, "file"), "");
  const env = { XDG_STATE_HOME: join(home, "file") };
  const run = await bedrock.cbr(["chat"], { stdin: "one\ntwo\n", env, home });
  expect(run.code).toBe(0);
  expect(run.stdout).toBe("first\nsecond\n");
  expect(run.stderr.match(/kept in memory only/g)).toHaveLength(1);
  expect(bedrock.body(1).messages).toHaveLength(3);
});

test("flags that contradict each other are refused", async () => {
  const bedrock = await mocked();
  for (const args of [
    ["--no-save", "-c"],
    ["--session", "a", "-c"],
    ["-f", "-"],
  ]) {
    expect((await bedrock.cbr(["chat", ...args])).code).toBe(2);
  }
});

test("a directory on stdin is bad input, not an empty conversation", () => {
  const directory = openSync(tmpdir(), "r");
  const [command, ...before] = PROGRAM as [string, ...string[]];
  const run = spawnSync(command, [...before, "chat", "--no-save"], {
    stdio: [directory, "pipe", "pipe"],
    env: cleanEnv(freshHome()),
  });
  closeSync(directory);
  expect(run.status).toBe(3);
  expect(run.stderr.toString()).toContain("stdin is a directory");
});

test("row 113: what is not UTF-8 in a pipe ends the chat with 3", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["chat", "--no-save"], { stdin: Buffer.from([0x68, 0xff, 0x0a]) });
  expect(run.code).toBe(3);
  expect(run.stderr).toMatch(/not UTF-8/);
});

test("U+2028 is text in a pipe, no end of a line", async () => {
  const bedrock = await mocked({ script: [{ text: "one" }] });
  await bedrock.cbr(["chat", "--no-save"], { stdin: "a\u2028b\r\n" });
  expect(bedrock.calls()).toHaveLength(1);
  expect(bedrock.body().messages[0].content[0].text).toBe("a\u2028b");
});

test("a cut at max_tokens warns, in the result of its own turn and in each turn anew", async () => {
  const cut = { text: "cut he", stop_reason: "max_tokens" };
  const script = [cut, { text: "whole" }, cut];
  const stdin = "one\ntwo\nthree\n";
  const plain = await (await mocked({ script })).cbr(["chat", "--max-tokens", "7"], { stdin });
  expect(plain.code).toBe(0);
  const warning = "warning: the answer was cut at max_tokens (7)\n";
  expect(plain.stderr).toBe(warning + warning);
  const json = await (await mocked({ script })).cbr(["chat", "--json", "--max-tokens", "7"], { stdin });
  const results = json.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const message = "the answer was cut at max_tokens (7)";
  expect(results.map(({ warnings }) => warnings)).toEqual([
    [{ code: "cut_at_max_tokens", message }],
    [],
    [{ code: "cut_at_max_tokens", message }],
  ]);
  const events = await (await mocked({ script: [cut] })).cbr(["chat", "--output-format", "stream-json"], {
    stdin: "one\n",
  });
  const types = events.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).type);
  expect(types.slice(-2)).toEqual(["warning", "result"]);
});

test("what a slash command cannot do names slash commands, no flags that cannot be given any more", async () => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["chat", "-m", "sonnet-4.5"], { stdin: "/geo eu\n/thinking 5\n/copy all\n" });
  expect(run.code).toBe(2);
  expect(run.stderr).toContain("or use `/geo global` or `/geo us`\n");
  expect(run.stderr).toContain("hint: `/thinking default` leaves it to the model");
  expect(run.stderr).not.toContain("drop it, ");
  expect(run.stderr).toContain("cbr: `/copy` takes `code` or nothing after it\n");
});

test("a conversation of too many bytes is named as such, with what makes room, and in vain for /compact", async () => {
  const bedrock = await mocked({ script: [{ text: "fine" }] });
  const home = freshHome();
  const image = join(home, "a.png");
  writeFileSync(image, Buffer.concat([png(10, 10), Buffer.alloc(3_600_000)]));
  const attach = (times: number) => `/image${` ${image}`.repeat(times)}\n`;
  const args = ["chat", "--session", "s", "-m", "opus-4.6"];
  const run = await bedrock.cbr(args, { home, stdin: `${attach(5)}one\n${attach(1)}two\n` });
  const line =
    /the request has 28\.\d+ MB, .*; biggest: the conversation so far 24\.\d+ MB, `.*a\.png` 4\.80 MB, the prompt/;
  expect(run.stderr).toMatch(line);
  expect(run.stderr).toContain("hint: begin another session, or make room with `/compact` or `/clear` in");
  const invoke = await bedrock.cbr(["invoke", "--session", "s", "-f", image, "two"], { home });
  expect(invoke.code).toBe(3);
  expect(invoke.stderr).toMatch(line);
  const file = join(home, ".local/state/cbr/sessions/s.jsonl");
  const turn = readFileSync(file, "utf8")
    .split("\n")
    .filter((each) => each.includes('"content"'));
  appendFileSync(file, `${turn.join("\n").replaceAll(/"(id|to)":"\w+"/g, '"$1":"again"')}\n`);
  const compact = await bedrock.cbr(args, { home, stdin: "/compact\n" });
  expect(compact.code).toBe(3);
  expect(compact.stderr).toContain("hint: it cannot be summarised either: `/undo` takes");
  expect(bedrock.calls().length).toBe(1);
});

test("a typed profile id goes with another geo than the session had, and errors about the session's settings say whose they are", async () => {
  const bedrock = await mocked();
  const home = freshHome();
  const chat = (args: string[], stdin: string) =>
    bedrock.cbr(["chat", "--session", "s", ...args], { home, stdin });
  await chat(["-m", "opus-4.6", "--global"], "one\n");
  const us = "us.anthropic.claude-opus-4-6-v1";
  const typed = await chat([], `/retry ${us}\n/model ${us}\ntwo\n`);
  expect(typed.code).toBe(0);
  await chat(["-m", "opus-4.6", "--global"], "three\n");
  expect((await chat(["-m", us], "four\n")).code).toBe(0);
  expect(bedrock.calls().map(({ path }) => path.split("/")[2])).toEqual([
    "global.anthropic.claude-opus-4-6-v1",
    us,
    us,
    "global.anthropic.claude-opus-4-6-v1",
    us,
  ]);
  const file = join(home, ".local/state/cbr/sessions/s.jsonl");
  appendFileSync(file, '{"type":"settings","settings":{"model":"nope-9","geo":"mars"}}\n');
  expect((await chat([], "five\n")).stderr).toContain("cbr: no model is called `nope-9` (session s)\n");
  expect((await chat(["-m", "opus-4.6"], "five\n")).stderr).toMatch(
    /no `mars` inference profile \(session s\)/,
  );
  const invoke = await bedrock.cbr(["invoke", "five"], { home, env: { CBR_MODEL: "nope" } });
  expect(invoke.stderr).toContain("cbr: no model is called `nope` (CBR_MODEL)\n");
  expect(invoke.code).toBe(2);
});

test("a /retry of which nothing came costs no answer that stands; what came of one replaces it", async () => {
  const no = { status: 400, name: "ValidationException", message: "no" };
  const bedrock = await mocked({
    script: [
      { text: "first" },
      no,
      { text: "second" },
      { text: ["half ", "of "], fault: "fin-nochunkend" },
      no,
    ],
  });
  const home = freshHome();
  const run = await bedrock.cbr(["chat", "--session", "s"], {
    home,
    stdin: "one\n/retry\ntwo\n/retry\n/retry\n",
  });
  expect(run.code).toBe(5);
  const texts = (index: number) => bedrock.body(index).messages.map(({ content }: any) => content[0].text);
  expect(texts(1)).toEqual(["one"]);
  expect(texts(2)).toEqual(["one", "first", "two"]);
  expect(texts(4)).toEqual(["one", "first", "two"]);
  const shown = await bedrock.cbr(["sessions", "show", "--json", "s"], { home });
  const replies = JSON.parse(shown.stdout).turns.map(({ reply }: any) => [
    reply.complete,
    reply.content[0]?.text,
  ]);
  expect(replies[0]).toEqual([true, "first"]);
  expect(replies[1]?.[0]).toBe(false);
});
