import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ContentBlock } from "../../src/core/messages.ts";
import { renameSession } from "../../src/sessions/maintain.ts";
import { bench, FACTS, lines, reply } from "./support.ts";

async function withTurns(...prompts: string[]) {
  const { sessions, warnings } = bench();
  const session = await sessions.open("work", "create");
  for (const prompt of prompts) {
    await session.appendUser(prompt);
    await session.appendReply(reply(`re: ${prompt}`), FACTS);
  }
  session.close();
  return { sessions, warnings, path: session.path };
}

const texts = (messages: { content: string | ContentBlock[] }[]) =>
  messages.map(({ content }) =>
    typeof content === "string"
      ? content
      : content.map((block) => (block.type === "text" ? block.text : `<${block.type}>`)).join("|"),
  );

test("what was said is there when the session is opened again", async () => {
  const { sessions } = await withTurns("one", "two");
  const session = await sessions.open("work", "append");
  await session.appendUser("three", { model: "opus" });
  expect(texts(session.messages())).toEqual(["one", "re: one", "two", "re: two", "three"]);
  session.close();
  const again = await sessions.open("work", "read");
  expect(texts(again.messages())).toEqual(["one", "re: one", "two", "re: two", "three"]);
  expect(again.settings).toEqual({ model: "opus" });
  expect([again.turnCount, again.title, again.cost]).toEqual([2, "one", 1]);
});

test("nothing is on the disk before the first turn, and the prompt is there before the reply", async () => {
  const { sessions } = bench();
  const session = await sessions.open("work", "create");
  expect(sessions.files()).toEqual([]);
  await session.appendUser("hello", { model: "opus", geo: "eu" });
  expect(lines(session.path)).toMatchObject([
    { type: "session", version: 1 },
    { type: "settings", settings: { model: "opus", geo: "eu" } },
    { type: "title", title: "hello" },
    { type: "user", content: "hello" },
  ]);
});

test("thinking, its signatures, redacted thinking and blocks of an unknown kind come back unchanged", async () => {
  const { sessions } = bench();
  const session = await sessions.open("work", "create");
  const content: ContentBlock[] = [
    { type: "thinking", thinking: "hm\u2028 …", signature: "c2ln" },
    { type: "redacted_thinking", data: "xyz" },
    { type: "other", raw: { type: "later_kind", deep: { a: [1] } } },
    { type: "text", text: "done" },
  ];
  await session.appendUser("go");
  await session.appendReply(reply("done", { content }), FACTS);
  session.close();
  const again = await sessions.open("work", "append");
  await again.appendUser("next");
  expect(again.messages()[1]?.content).toEqual(content);
  expect(lines(again.path).find((line) => line["type"] === "assistant")?.["content"]).toContainEqual({
    type: "later_kind",
    deep: { a: [1] },
  });
  again.close();
});

test("undo, retry, clear and compact change what is sent and remove nothing from the file", async () => {
  const { sessions, path } = await withTurns("one", "two", "three", "four");
  const before = readFileSync(path);
  const session = await sessions.open("work", "append");
  session.undo();
  expect(texts(session.messages()).at(-1)).toBe("re: three");
  session.retry();
  expect(texts(session.messages()).at(-1)).toBe("three");
  await session.appendReply(reply("better"), FACTS);
  session.compact("they counted", session.turns[1]?.id);
  const compacted = texts(session.messages());
  expect(compacted[0]).toMatch(/they counted[\s\S]*\|three$/);
  expect(compacted.slice(1)).toEqual(["better"]);
  expect(session.turnCount).toBe(3);
  session.close();
  const again = await sessions.open("work", "append");
  expect(texts(again.messages())).toEqual(compacted);
  again.clear();
  await again.appendUser("fresh");
  expect(texts(again.messages())).toEqual(["fresh"]);
  again.close();
  expect(readFileSync(path).subarray(0, before.length).equals(before)).toBe(true);
});

test("a summary's cost counts; of one that is not known, and of files without it, nothing is invented", async () => {
  const { sessions, path } = await withTurns("one", "two");
  const session = await sessions.open("work", "append");
  const [first, second] = session.turns.map(({ id }) => id);
  session.compact("they counted", first, { usd: 0.25 });
  session.close();
  appendFileSync(path, `${JSON.stringify({ type: "compact", through: second, summary: "older cbr" })}\n`);
  const again = await sessions.open("work", "append");
  expect(again.cost).toBe(1.25);
  await again.appendUser("three");
  again.compact("unknown", undefined, null);
  expect(again.cost).toBeNull();
  again.close();
});

test("row 125: a torn tail is cut off from what follows, and only the torn line is lost", async () => {
  const { sessions, warnings, path } = await withTurns("one", "two");
  truncateSync(path, readFileSync(path).length - 20);
  const session = await sessions.open("work", "append");
  await session.appendUser("three");
  await session.appendReply(reply("re: three"), FACTS);
  session.close();
  const again = await sessions.open("work", "read");
  // The reply to "two" was torn: its prompt is asked together with the next one.
  expect(texts(again.messages())).toEqual(["one", "re: one", "two|three", "re: three"]);
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/1 damaged line /);
});

test("a last line that only lacks its newline is whole", async () => {
  const { sessions, warnings, path } = await withTurns("one");
  truncateSync(path, readFileSync(path).length - 1);
  const session = await sessions.open("work", "append");
  await session.appendUser("two");
  expect(texts(session.messages())).toEqual(["one", "re: one", "two"]);
  session.close();
  expect(lines(path)).toHaveLength(5);
  expect(warnings).toEqual([]);
});

test.each([
  ["garbage", Buffer.from("}{ not json\n")],
  ["a run of NUL", Buffer.alloc(4096)],
  ["a long run of NUL and a newline", Buffer.concat([Buffer.alloc(2 << 20), Buffer.from("\n")])],
  ["JSON that is no record", Buffer.from('[1,2]\n"x"\n{"type":"user"}\n')],
  ["a reply to nobody", Buffer.from('{"type":"assistant","to":"gone","complete":true,"content":[]}\n')],
  [
    "JSON nested 10,000 deep",
    Buffer.from(`{"type":"user","id":"x","content":${"[".repeat(1e4)}${"]".repeat(1e4)}}\n`),
  ],
  ["invalid UTF-8", Buffer.from([0xff, 0xfe, 0x0a])],
])("row 126, 127: %s in the middle hides nothing that follows and is warned of once", async (_, damage) => {
  const { sessions, warnings, path } = await withTurns("one");
  appendFileSync(path, damage);
  const session = await sessions.open("work", "append");
  await session.appendUser("two");
  await session.appendReply(reply("re: two"), FACTS);
  session.close();
  warnings.length = 0;
  const again = await sessions.open("work", "read");
  expect(texts(again.messages())).toEqual(["one", "re: one", "two", "re: two"]);
  expect(warnings).toHaveLength(1);
});

test("a long line damaged inside is noticed when it is read and costs only its own turn", async () => {
  const { sessions, warnings, path } = await withTurns("one", "x".repeat(100_000), "three");
  const bytes = readFileSync(path);
  bytes.write('"', bytes.indexOf("xxxxx") + 50_000);
  writeFileSync(path, bytes);
  const session = await sessions.open("work", "read");
  expect(texts(session.messages())).toEqual(["one", "re: one", "three", "re: three"]);
  expect(texts(session.messages())).toHaveLength(4);
  expect(warnings).toHaveLength(1);
});

test("keys named __proto__ are data", async () => {
  const { sessions, path } = await withTurns("one");
  appendFileSync(path, '{"type":"settings","settings":{"__proto__":{"model":"evil"}}}\n');
  const session = await sessions.open("work", "read");
  expect(session.settings["model"]).toBeUndefined();
  expect(({} as Record<string, unknown>)["model"]).toBeUndefined();
});

test("row 130: a session from a newer version is refused and left as it is", async () => {
  const { sessions, path } = await withTurns("one");
  const newer = readFileSync(path, "utf8").replace('"version":1', '"version":2');
  writeFileSync(path, newer);
  for (const mode of ["create", "append", "read"] as const) {
    await expect(sessions.open("work", mode)).rejects.toMatchObject({ code: "session_version", exitCode: 3 });
  }
  await expect(renameSession(sessions, "work", "play")).rejects.toMatchObject({ code: "session_version" });
  expect(readFileSync(path, "utf8")).toBe(newer);
});

test("row 130: records and fields of a later minor version are passed over in silence and kept", async () => {
  const { sessions, warnings, path } = await withTurns("one");
  const extra = '{"type":"mood","value":"good"}\n{"type":"title","title":"t","later":1}\n';
  appendFileSync(path, extra);
  const session = await sessions.open("work", "append");
  await session.appendUser("two");
  session.close();
  expect(readFileSync(path, "utf8")).toContain(extra);
  expect(warnings).toEqual([]);
});

test("the secrets of this run are not stored, and are still sent", async () => {
  const secret = 'wJalr"XUtnFEMI/K7MDENG';
  const { sessions } = bench({ env: { AWS_SECRET_ACCESS_KEY: secret } });
  const session = await sessions.open("work", "create");
  await session.appendUser([{ type: "text", text: `my key is ${secret}` }]);
  expect(readFileSync(session.path, "utf8")).not.toContain("UtnFEMI");
  expect(texts(session.messages())).toEqual([`my key is ${secret}`]);
});

test("a fork has what its source had, and each goes its own way", async () => {
  const { sessions } = await withTurns("one");
  const source = await sessions.open("work", "read");
  const fork = await sessions.fork(source, "other");
  await fork.appendUser("two");
  await fork.appendReply(reply("re: two"), FACTS);
  fork.close();
  expect((await sessions.open("work", "read")).turnCount).toBe(1);
  expect((await sessions.open("other", "read")).turnCount).toBe(2);
  expect(lines(fork.path)[0]).toMatchObject({ type: "session", forked_from: "work" });
  await expect(sessions.fork(source, "other")).rejects.toMatchObject({ code: "clobber" });
});

test("the session updated last is the one to continue", async () => {
  const { sessions } = bench();
  expect(() => sessions.latest()).toThrow(/no session to continue/);
  for (const name of ["a", "b", "a"]) {
    const session = await sessions.open(name, "create");
    await session.appendUser("x");
    session.close();
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  expect(sessions.latest()).toBe("a");
});

test("one writer at a time", async () => {
  const { sessions } = bench();
  const first = await sessions.open("work", "create");
  await expect(sessions.open("work", "create")).rejects.toMatchObject({ code: "session_busy", exitCode: 12 });
  first.close();
  (await sessions.open("work", "create")).close();
});

test("a refusal that an older cbr kept as broken off is not sent again either", async () => {
  const { sessions, path } = await withTurns("one");
  const prompt = '{"type":"user","id":"x","content":"bad"}';
  for (const error of ["refusal", "guardrail_intervened"]) {
    const reply = `{"type":"assistant","to":"x","complete":false,"error":"${error}","content":[{"type":"text","text":"no"}]}`;
    appendFileSync(path, `${prompt}\n${reply}\n`);
  }
  const session = await sessions.open("work", "read");
  expect(JSON.stringify(session.messages())).not.toContain("bad");
});
