import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { EntryTexts } from "../../src/cli/entry-text.ts";
import { editLine, type LineEditorOptions } from "../../src/cli/line-editor.ts";

// Node's readline looks at the real variable, and edits nothing on a dumb terminal.
process.env["TERM"] = "xterm";

/** A keyboard: what is written to it is typed. */
class Keyboard extends PassThrough {
  isTTY = true;
  isRaw = false;
  setRawMode(on: boolean) {
    this.isRaw = on;
    return this;
  }
}

function editing(options: Partial<LineEditorOptions> = {}) {
  const keyboard = new Keyboard();
  const output = Object.assign(new PassThrough(), { columns: 80, rows: 24 });
  let screen = "";
  output.on("data", (data) => {
    screen += data;
  });
  const read = (more: Partial<LineEditorOptions> = {}) =>
    editLine({
      input: keyboard,
      output,
      prompt: "> ",
      continuation: "… ",
      history: [],
      texts: new EntryTexts(),
      complete: async (line) => ({ candidates: [], typed: line }),
      signal: new AbortController().signal,
      ...options,
      ...more,
    });
  return { keyboard, read, screen: () => screen };
}

const PASTE = (text: string) => `\u001b[200~${text}\u001b[201~`;

test("Enter sends the line; raw mode is on while it is edited and off after", async () => {
  const { keyboard, read } = editing();
  const reading = read();
  expect(keyboard.isRaw).toBe(true);
  keyboard.write("hello\r");
  expect(await reading).toEqual({ type: "message", text: "hello", shown: "hello" });
  expect(keyboard.isRaw).toBe(false);
  expect(keyboard.isPaused()).toBe(true);
});

test.each([
  ["a trailing backslash", "one\\\rtwo\r", "one\ntwo"],
  ["two backslashes are one line", "one\\\\\r", "one\\\\"],
  ['a block between """', '"""\r one\r\rtwo """\r', " one\n\ntwo "],
  ["a block on one line", '"""one"""\r', "one"],
  ["a Windows terminal's line end", "one\r\n", "one"],
])("%s", async (_, keys, text) => {
  const { keyboard, read } = editing();
  const reading = read();
  keyboard.write(keys);
  expect(await reading).toMatchObject({ type: "message", text });
});

test("what is typed ahead belongs to the next message, wherever the chunks are cut", async () => {
  const keys = 'first\r"""\rsecond\r"""\rthird\r';
  for (let cut = 1; cut < keys.length; cut++) {
    const { keyboard, read } = editing();
    keyboard.write(keys.slice(0, cut));
    setTimeout(() => keyboard.write(keys.slice(cut)), 1);
    const texts = [];
    for (let i = 0; i < 3; i++) texts.push(((await read()) as { text: string }).text);
    expect(texts).toEqual(["first", "second", "third"]);
  }
});

test("a paste is one message however its marks are cut, and its control characters are no commands", async () => {
  const lines = Array.from({ length: 500 }, (_, i) => `line ${i} é`).join("\n");
  const bytes = Buffer.from(`see ${PASTE(`${lines.replaceAll("\n", "\r")}\u0003\u001b[A\r`)}!\r`);
  for (const size of [1, 3, 7, bytes.length]) {
    const { keyboard, read } = editing();
    const reading = read();
    for (let at = 0; at < bytes.length; at += size) keyboard.write(bytes.subarray(at, at + size));
    expect(await reading).toEqual({
      type: "message",
      text: `see ${lines}\u0003\u001b[A!`,
      shown: "see [500 lines #1]!",
    });
  }
});

test("a short paste stands in the line, its line breaks as signs", async () => {
  const { keyboard, read } = editing();
  const reading = read();
  keyboard.write(`${PASTE("a\nb")}\u007fc\r`);
  expect(await reading).toEqual({ type: "message", text: "a\nc", shown: "a⏎c" });
});

test("a label that was changed is sent as it stands", async () => {
  const { keyboard, read } = editing();
  const reading = read();
  keyboard.write(`${PASTE("x\n".repeat(50))}\u007f\r`);
  expect(await reading).toMatchObject({ text: "[50 lines #1" });
});

test("Ctrl-C gives what was typed, Ctrl-D on an empty line the end", async () => {
  const { keyboard, read } = editing();
  const first = read();
  keyboard.write("half\u0003");
  expect(await first).toEqual({ type: "interrupt", shown: "half" });
  const second = read();
  keyboard.write("\u0004");
  expect(await second).toEqual({ type: "end" });
});

test("arrow up brings earlier messages back, long ones whole", async () => {
  const texts = new EntryTexts();
  const long = "x\n".repeat(100);
  const { keyboard, read } = editing({ texts, history: [texts.show("a\nb"), texts.show(long)] });
  const first = read();
  keyboard.write("\u001b[A\r");
  expect(await first).toMatchObject({ text: "a\nb" });
  const second = read();
  keyboard.write("\u001b[A\u001b[A\r");
  expect(await second).toMatchObject({ text: long });
});

test.each([
  ["Enter sends what was found", "\u0012two\r", "add two"],
  ["Ctrl-R again goes further back", "\u0012two\u0012\r", "two things"],
  ["an arrow takes it to be edited", "\u0012thing\u001b[D\u001b[F!\r", "two things!"],
  ["Backspace widens", "\u0012twox\u007f\r", "add two"],
  ["Ctrl-G gives up", "kept\u0012two\u0007\r", "kept"],
])("reverse search: %s", async (_, keys, text) => {
  const { keyboard, read } = editing({ history: ["last", "add two", "two things"] });
  const reading = read();
  for (const key of keys.match(/\u001b\[.|./gs) ?? []) {
    keyboard.write(key);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await reading).toMatchObject({ type: "message", text });
});

test("Tab completes", async () => {
  const complete = async (line: string) => ({ candidates: ["/model "], typed: line });
  const { keyboard, read } = editing({ complete });
  const reading = read();
  keyboard.write("/mo\t");
  await new Promise((resolve) => setTimeout(resolve, 20));
  keyboard.write("x\r");
  expect(await reading).toMatchObject({ text: "/model x" });
});

test("an abort gives the terminal back and rejects with its reason", async () => {
  const stop = new AbortController();
  const { keyboard, read } = editing({ signal: stop.signal });
  const reading = read();
  stop.abort(new Error("stopped"));
  await expect(reading).rejects.toThrow("stopped");
  expect(keyboard.isRaw).toBe(false);
});

test("the end of the terminal is the end", async () => {
  const { keyboard, read, screen } = editing();
  const reading = read();
  keyboard.end();
  expect(await reading).toEqual({ type: "end" });
  expect(screen().endsWith("\u001b[?2004l\n")).toBe(true);
});

test("keys that arrive together go in where the cursor stands, and over the edge of the screen", async () => {
  const { keyboard, read, screen } = editing();
  const reading = read();
  keyboard.write("one three");
  keyboard.write("\u001b[D".repeat(5));
  keyboard.write("two ");
  keyboard.write("\u001b[F ");
  keyboard.write("x".repeat(100));
  const before = screen().length;
  keyboard.write("\u007f");
  await new Promise((resolve) => setImmediate(resolve));
  expect(screen().slice(before)).toContain("\u001b[1A");
  keyboard.write("\r");
  expect(await reading).toMatchObject({ text: `one two three ${"x".repeat(99)}` });
});

test("a terminal that went away is the end, not a bug, although its mode cannot be set any more", async () => {
  const { keyboard, read } = editing();
  const reading = read();
  keyboard.setRawMode = () => {
    throw Object.assign(new Error("setRawMode EIO"), { code: "EIO" });
  };
  keyboard.end();
  expect(await reading).toEqual({ type: "end" });
});
