// `cbr sessions`: what was saved can be listed, read, searched, exported, renamed, repaired and removed.
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cbr, freshHome } from "../support/cbr.ts";
import { atPty } from "../support/pty.ts";

const HEADER = '{"type":"session","version":1,"created":"2026-11-20T10:00:00.000Z"}';

/** A home with one session of `turns` turns, and more lines behind them. */
function homeWith(name: string, turns: number, ...more: string[]) {
  const home = freshHome();
  const directory = join(home, ".local/state/cbr/sessions");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lines = [HEADER, '{"type":"title","title":"About tea"}'];
  for (let n = 1; n <= turns; n++) {
    lines.push(`{"type":"user","id":"t${n}","at":"2026-11-20T10:00:0${n}.000Z","content":"Question ${n}?"}`);
    lines.push(
      `{"type":"assistant","to":"t${n}","at":"2026-11-20T10:01:0${n}.000Z","complete":true,"model":"claude-opus-4-6",` +
        `"content":[{"type":"text","text":"Earl Grey \\u001b[31m${n}"}]}`,
    );
  }
  writeFileSync(join(directory, `${name}.jsonl`), `${[...lines, ...more].join("\n")}\n`, { mode: 0o600 });
  return { home, path: (file: string) => join(directory, file) };
}

test("a bare `cbr sessions` prints its help", async () => {
  const { code, stdout } = await cbr(["sessions"]);
  expect(code).toBe(0);
  for (const verb of ["list", "show", "search", "export", "rename", "rm", "repair"])
    expect(stdout).toContain(verb);
});

test("an unknown verb is a usage error with the nearest", async () => {
  const { code, stdout, stderr } = await cbr(["sessions", "lst"]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("list");
});

test("list gives JSON for scripts and tab-separated lines in a pipe", async () => {
  const { home } = homeWith("tea", 2);
  const json = await cbr(["sessions", "list", "--json"], { home });
  expect(JSON.parse(json.stdout)).toEqual([
    {
      name: "tea",
      model: "claude-opus-4-6",
      turns: 2,
      created: "2026-11-20T10:00:00.000Z",
      updated: expect.stringMatching(/^\d{4}-.*Z$/),
      bytes: expect.any(Number),
      title: "About tea",
    },
  ]);
  const text = await cbr(["sessions", "list"], { home });
  expect(text.stdout.split("\t").slice(0, 3)).toEqual(["tea", "claude-opus-4-6", "2"]);
});

test("without sessions the list is empty, and nothing is made", async () => {
  const home = freshHome();
  const { code, stdout } = await cbr(["sessions", "list", "--json"], { home });
  expect([code, stdout]).toEqual([0, "[]\n"]);
  expect(existsSync(join(home, ".local"))).toBe(false);
});

test("show and export give the conversation as Markdown, byte for byte in a pipe", async () => {
  const { home } = homeWith("tea", 1);
  const markdown =
    "# About tea\n\n## You\n\nQuestion 1?\n\n## Claude (claude-opus-4-6)\n\nEarl Grey \u001b[31m1\n";
  expect((await cbr(["sessions", "show", "tea"], { home })).stdout).toBe(markdown);
  expect((await cbr(["sessions", "export", "tea"], { home })).stdout).toBe(markdown);
  await cbr(["sessions", "export", "tea", "-o", "tea.md"], { home });
  expect(readFileSync(join(home, "tea.md"), "utf8")).toBe(markdown);
});

test("export --json has the turns with their content blocks", async () => {
  const { home } = homeWith("tea", 1);
  const session = JSON.parse((await cbr(["sessions", "export", "tea", "--json"], { home })).stdout);
  expect(session).toMatchObject({
    name: "tea",
    title: "About tea",
    turns: [{ content: "Question 1?", reply: { complete: true, content: [{ type: "text" }] } }],
  });
});

test("search finds prompts and replies in any case", async () => {
  const { home } = homeWith("tea", 2);
  const found = JSON.parse((await cbr(["sessions", "search", "earl", "grey", "--json"], { home })).stdout);
  expect(found).toMatchObject([
    { name: "tea", role: "assistant" },
    { name: "tea", role: "assistant" },
  ]);
  expect((await cbr(["sessions", "search", "question 2"], { home })).stdout).toMatch(
    /^tea\t.*\tuser\tQuestion 2\?\n$/,
  );
  const none = await cbr(["sessions", "search", "coffee"], { home });
  expect([none.code, none.stdout]).toEqual([0, ""]);
});

test("rename gives another name and never replaces a session", async () => {
  const { home, path } = homeWith("tea", 1);
  writeFileSync(path("other.jsonl"), `${HEADER}\n`);
  const refused = await cbr(["sessions", "rename", "tea", "other"], { home });
  expect(refused.code).toBe(2);
  expect(readFileSync(path("other.jsonl"), "utf8")).toBe(`${HEADER}\n`);
  expect((await cbr(["sessions", "rename", "tea", "chai"], { home })).code).toBe(0);
  expect([existsSync(path("tea.jsonl")), existsSync(path("chai.jsonl"))]).toEqual([false, true]);
});

test("rm without a terminal needs --yes", async () => {
  const { home, path } = homeWith("tea", 1);
  const { code, stderr } = await cbr(["sessions", "rm", "tea"], { home });
  expect(code).toBe(2);
  expect(stderr).toContain("--yes");
  expect(existsSync(path("tea.jsonl"))).toBe(true);
  expect((await cbr(["sessions", "rm", "tea", "--yes"], { home })).code).toBe(0);
  expect(existsSync(path("tea.jsonl"))).toBe(false);
});

test("repair drops the damage, keeps every good line and the old file", async () => {
  const { home, path } = homeWith("tea", 1, '{"type":"us', '{"type":"title","title":"Later","unknown":1}');
  const before = readFileSync(path("tea.jsonl"), "utf8");
  const shown = await cbr(["sessions", "show", "tea"], { home });
  expect(shown.stdout).toContain("# Later");
  expect(shown.stderr.match(/warning:.*1 damaged line/g)).toHaveLength(1);
  const repair = JSON.parse((await cbr(["sessions", "repair", "tea", "--json"], { home })).stdout);
  expect(repair).toMatchObject({ kept: 5, dropped: 1 });
  expect(readFileSync(path("tea.jsonl"), "utf8")).toBe(before.replace('{"type":"us\n', ""));
  expect(readFileSync(path("tea.jsonl.bak"), "utf8")).toBe(before);
  const again = JSON.parse((await cbr(["sessions", "repair", "tea", "--json"], { home })).stdout);
  expect(again).toMatchObject({ dropped: 0, backup: null });
});

test("a session from a newer cbr is listed, not read, and not touched", async () => {
  const { home, path } = homeWith("tea", 1);
  const newer = readFileSync(path("tea.jsonl"), "utf8").replace('"version":1', '"version":2');
  writeFileSync(path("tea.jsonl"), newer);
  expect((await cbr(["sessions", "show", "tea"], { home })).code).toBe(3);
  expect((await cbr(["sessions", "repair", "tea"], { home })).code).toBe(3);
  const list = await cbr(["sessions", "list", "--json"], { home });
  expect(JSON.parse(list.stdout)).toMatchObject([{ name: "tea", turns: null }]);
  expect(readFileSync(path("tea.jsonl"), "utf8")).toBe(newer);
});

test("rm of a session from a newer cbr says so", async () => {
  const { home, path } = homeWith("tea", 1);
  const newer = readFileSync(path("tea.jsonl"), "utf8").replace('"version":1', '"version":2');
  writeFileSync(path("tea.jsonl"), newer);
  const unasked = await cbr(["sessions", "rm", "tea"], { home });
  expect(unasked).toMatchObject({ code: 2, stderr: expect.stringMatching(/^cbr: this change needs a yes/) });
  const next = { after: "[y/N] ", type: "n\n" };
  const asked = await atPty(["sessions", "rm", "tea"], { home, env: { NO_COLOR: "1" }, next });
  expect(asked.output).toMatch(/^warning: the session `tea` was written by a newer cbr \(format 2\)\r?\n/);
  expect(asked.output).toContain("Remove the session `tea` for good?");
  expect(existsSync(path("tea.jsonl"))).toBe(true);
  const { code, stderr } = await cbr(["sessions", "rm", "tea", "--yes"], { home });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^warning: the session `tea` was written by a newer cbr \(format 2\)$/m);
  expect(existsSync(path("tea.jsonl"))).toBe(false);
});

test.each([
  ["show", ["nosuch"], 3],
  ["show", ["../../etc/passwd"], 2],
  ["rm", ["nosuch", "--yes"], 3],
  ["rename", ["tea", "-x"], 2],
  ["export", ["tea", "--format", "pdf"], 2],
])("sessions %s %j ends with exit code %i", async (verb, args, code) => {
  const { home } = homeWith("tea", 1);
  const result = await cbr(["sessions", verb, ...args], { home });
  expect([result.code, result.stdout]).toEqual([code, ""]);
});

test("a session behind a link is neither listed nor read", async () => {
  const { home, path } = homeWith("tea", 1);
  symlinkSync("/etc/passwd", path("link.jsonl"));
  expect((await cbr(["sessions", "list"], { home })).stdout).not.toContain("link");
  const shown = await cbr(["sessions", "show", "link"], { home });
  expect([shown.code, shown.stdout]).toEqual([11, ""]);
});
