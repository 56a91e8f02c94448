import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXPIRED_CREDENTIALS, TEST_CREDENTIALS } from "../../../src/mock/credentials.ts";
import { freshHome } from "../../support/cbr.ts";
import { mocked } from "../../support/mocked.ts";
import { HAS_TMUX, terminal } from "../../support/terminal.ts";

/** An empty prompt on the last line. */
const PROMPT = /^>\n$/m;

const ANSWER = `# Title

Some **bold** words and \`code\` in a paragraph that is long enough to be wrapped.

- one
- two

\`\`\`js
const x = 1;
\`\`\`
`;

describe.skipIf(!HAS_TMUX)("cbr chat at a terminal (needs tmux)", () => {
  test.each([
    [80, 24],
    [40, 20],
  ])("a conversation on %i×%i: reasoning, Markdown, status, prompt", async (columns, rows) => {
    const bedrock = await mocked({
      script: [{ thinking: "Let me think.", text: ANSWER, gap: 5 }, { text: "Bye." }],
    });
    const screen = await terminal(["chat", "-m", "sonnet-4.6"], { env: bedrock.env, columns, rows });
    await screen.shows(PROMPT);
    await screen.type("Hello there");
    await screen.press("Enter");
    const text = await screen.shows(/context <1 %\n\n>/);
    expect(text).toMatch(/^> Hello there\nthought for \d+ s\nTitle\n\nSome bold words and code in/m);
    expect(text).toContain("\n• one\n• two\n\n  const x = 1;\n");
    expect(text).toMatch(/^sonnet-4\.6 · global · 3 in · \d+ out( ·|\n)\s?\$0\.\d+/m);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
    await screen.type("/help");
    await screen.press("Enter");
    await screen.shows("what was said", "all");
    await screen.type("and now?");
    await screen.press("Enter");
    await screen.shows("Bye.");
    await screen.press("C-d");
    expect(await screen.ended()).toBe(0);
  });

  test("row 90: Ctrl-C stops the answer on the wire, keeps what came, and the next turn knows it", async () => {
    const bedrock = await mocked({
      script: [
        { text: ["alpha ", "beta ", "gamma ", ...Array(60).fill("more ")], gap: 60 },
        { text: "fine" },
      ],
    });
    const screen = await terminal(["chat"], { env: bedrock.env });
    await screen.shows(PROMPT);
    await screen.type("count");
    await screen.press("Enter");
    await screen.shows("gamma");
    await screen.press("C-c");
    await screen.shows(/stopped; what came is kept\n\n>\n/);
    await expect.poll(() => bedrock.calls()[0]?.closedEarlyAt).not.toBeNull();
    await screen.press("Up");
    await screen.shows(/^> count$(?![\s\S]*alpha)/m);
    await screen.press("C-u");
    await screen.type("go on");
    await screen.press("Enter");
    await screen.shows("fine");
    const [, partial] = bedrock.body(1).messages;
    expect(partial.content[0].text).toMatch(/^alpha beta gamma/);
    await screen.press("C-c");
    expect(await screen.ended()).toBe(0);
  });

  test("Ctrl-C with something typed clears it, and leaves on an empty line", async () => {
    const bedrock = await mocked();
    const screen = await terminal(["chat"], { env: bedrock.env });
    await screen.shows(PROMPT);
    await screen.type("not this");
    await screen.press("C-c");
    await screen.shows(/> not this\^C\n\n>\n/);
    await screen.press("C-c");
    expect(await screen.ended()).toBe(0);
    expect(bedrock.calls()).toEqual([]);
  });

  test("-c goes on where the newest session was, --fork in a copy; history is kept, secrets in it are not", async () => {
    const bedrock = await mocked({
      script: [{ text: "The first answer." }, { text: "The second." }, { text: "The third." }],
    });
    const home = freshHome();
    const first = await terminal(["chat"], { env: bedrock.env, home });
    await first.shows(PROMPT);
    await first.type("remember the number 7");
    await first.press("Enter");
    await first.shows("The first answer.");
    await first.shows(/context/);
    await first.type("my key is ABSKQmVkcm9ja0FQSUtleS1zZWNyZXQ=");
    await first.press("Enter");
    await first.shows("The second.");
    await first.type("/exit");
    await first.press("Enter");
    expect(await first.ended()).toBe(0);
    const history = join(home, ".local/state/cbr/history");
    expect(readFileSync(history, "utf8")).toBe('"remember the number 7"\n"/exit"\n');
    expect(statSync(history).mode & 0o777).toBe(0o600);

    const second = await terminal(["chat", "-c", "--fork", "other"], { env: bedrock.env, home });
    await second.shows(/session other[\s\S]*2 turns so far[\s\S]*The second\.\n\n>\n/);
    await second.press("Up", "Up");
    await second.shows(/^> remember the number 7$/m);
    await second.press("Enter");
    await second.shows("The third.");
    expect(bedrock.body(2).messages).toHaveLength(5);
    await second.press("C-d");
    await second.ended();
    const third = await terminal(["chat", "-c"], { env: bedrock.env, home });
    await third.shows(/session other[\s\S]*3 turns so far/);
  });

  test("what is typed with --no-save reaches no disk, the history neither", async () => {
    const bedrock = await mocked({ script: [{ text: "The answer." }] });
    const home = freshHome();
    const screen = await terminal(["chat", "--no-save"], { env: bedrock.env, home });
    await screen.shows(PROMPT);
    await screen.type("between us");
    await screen.press("Enter");
    await screen.shows("The answer.");
    await screen.press("Up");
    await screen.shows(/^> between us$/m);
    await screen.press("C-u", "C-d");
    await screen.ended();
    expect(existsSync(join(home, ".local/state/cbr/history"))).toBe(false);
  });

  test("500 lines pasted are one message", async () => {
    const bedrock = await mocked();
    const screen = await terminal(["chat"], { env: bedrock.env, columns: 40, rows: 20 });
    await screen.shows(PROMPT);
    const lines = Array.from({ length: 500 }, (_, i) => `line ${i}\tof "many" \\`).join("\n");
    await screen.type("look: ");
    await screen.paste(lines);
    await screen.shows("> look: [500 lines #1]");
    await screen.press("Enter");
    await screen.shows("context");
    expect(bedrock.calls()).toHaveLength(1);
    expect(bedrock.body().messages[0].content[0].text).toBe(`look: ${lines}`);
  });

  test("a trailing backslash and triple quotes make more lines; typing ahead is not lost", async () => {
    const bedrock = await mocked({ script: [{ text: "ok", gap: 40 }] });
    const screen = await terminal(["chat"], { env: bedrock.env });
    await screen.shows(PROMPT);
    await screen.type("one\\\rtwo\r");
    await screen.shows("ok");
    await screen.type('"""\ra\rb"""\rlast\r');
    await expect.poll(() => bedrock.calls().length, { timeout: 5000 }).toBe(3);
    const said = [0, 1, 2].map((i) => bedrock.body(i).messages.at(-1).content[0].text);
    expect(said).toEqual(["one\ntwo", "a\nb", "last"]);
  });

  test("/edit sends what the editor leaves, from a file that nobody else can read", async () => {
    const bedrock = await mocked();
    const home = freshHome();
    const editor = join(home, "my editor");
    writeFileSync(
      editor,
      '#!/bin/sh\nstat -c %a "$2" > mode\nprintf "from the editor\\nline two\\n" > "$2"\n',
      { mode: 0o755 },
    );
    const screen = await terminal(["chat"], { env: { ...bedrock.env, EDITOR: `'${editor}' --wait` }, home });
    await screen.shows(PROMPT);
    await screen.type("/edit");
    await screen.press("Enter");
    await screen.shows("context");
    expect(bedrock.body().messages[0].content[0].text).toBe("from the editor\nline two");
    expect(readFileSync(join(home, "mode"), "utf8")).toBe("600\n");
    await screen.press("Up");
    await screen.shows("> from the editor⏎line two");
  });

  test("expired credentials do not end the chat; after renewal /retry works", async () => {
    const bedrock = await mocked({ script: [{ text: "Hello again." }] });
    const home = freshHome();
    const write = (keys: typeof TEST_CREDENTIALS) => {
      const token = keys.sessionToken === undefined ? "" : `aws_session_token = ${keys.sessionToken}\n`;
      writeFileSync(
        join(home, ".aws/credentials"),
        `[work]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\n${token}`,
      );
    };
    mkdirSync(join(home, ".aws"));
    write(EXPIRED_CREDENTIALS);
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _key, ...env } = bedrock.env;
    const screen = await terminal(["chat", "--profile", "work"], { env, home });
    await screen.shows(PROMPT);
    await screen.type("hello");
    await screen.press("Enter");
    const text = await screen.shows("then `/retry` asks again");
    expect(text).toMatch(/^cbr: .*expired/m);
    expect(text).toMatch(/^hint: /m);
    write(TEST_CREDENTIALS);
    await screen.type("/retry");
    await screen.press("Enter");
    await screen.shows("Hello again.");
    expect(bedrock.body(bedrock.calls().length - 1).messages).toHaveLength(1);
  });

  test("Tab completes commands, models and paths; Ctrl-R finds what was typed", async () => {
    const bedrock = await mocked();
    const home = freshHome();
    writeFileSync(join(home, "some notes.txt"), "notes");
    const screen = await terminal(["chat"], { env: bedrock.env, home });
    await screen.shows(PROMPT);
    // What comes in one piece with other keys is pasted, and a Tab in it is a Tab: each is pressed on a line that is shown.
    await screen.type("/fi");
    await screen.shows("> /fi");
    await screen.press("Tab");
    await screen.shows("> /file");
    await screen.type("so");
    await screen.shows("> /file so");
    await screen.press("Tab");
    await screen.shows("> /file some\\ notes.txt");
    await screen.press("Enter");
    await screen.shows("with the next message: some notes.txt");
    await screen.type("/mod");
    await screen.shows("> /mod");
    await screen.press("Tab");
    await screen.shows("> /model");
    await screen.type("haiku-4");
    await screen.shows("> /model haiku-4");
    await screen.press("Tab");
    await screen.shows("> /model haiku-4.5");
    await screen.press("Enter");
    await screen.shows("geo global");
    await screen.press("C-r");
    await screen.type("notes");
    await screen.shows("search `notes`: /file some");
    await screen.press("C-g");
    await screen.shows(PROMPT);
  });

  test("row 96: suspended and resumed, resized, the line being typed is still there", async () => {
    const bedrock = await mocked();
    const screen = await terminal([], {
      env: bedrock.env,
      shell: "bash --norc -i",
    });
    await screen.type("PS1='shell$ '; eval $CBR chat\r");
    await screen.shows(PROMPT);
    await screen.type("half a");
    await screen.press("C-z");
    await screen.shows("Stopped");
    await screen.type("fg\r");
    await screen.resize(60, 20);
    await screen.type(" thought");
    await screen.shows(/> half a thought$/m);
    await screen.press("Enter");
    await screen.shows("context");
    expect(bedrock.body().messages[0].content[0].text).toBe("half a thought");
  });

  test.each([
    ["TERM=dumb", [], "dumb", "> "],
    ["--plain", ["--plain"], "xterm-256color", "You: "],
  ])("%s: nothing moves, and it works all the same", async (_, args, term, label) => {
    const bedrock = await mocked({ script: [{ thinking: "hm", text: "**plain** text" }] });
    const screen = await terminal(["chat", ...args], { env: bedrock.env, term });
    await screen.shows(label.trim());
    await screen.type("hello\r");
    const text = await screen.shows("context");
    expect(text).toContain(`${label}hello\nthought for`);
    if (args.length > 0) expect(text).toContain("\n**plain** text\n");
    expect(await screen.colours()).not.toContain("\u001b[");
    await screen.press("C-d");
    expect(await screen.ended()).toBe(0);
  });
});

test("NO_COLOR, quiet and --raw show the answer as it is", async () => {
  if (!HAS_TMUX) return;
  const bedrock = await mocked({ script: [{ text: "**raw** text" }] });
  const screen = await terminal(["chat", "--raw", "-q"], { env: { ...bedrock.env, NO_COLOR: "1" } });
  await screen.shows(/^>/m);
  await screen.type("hello\r");
  await screen.shows(/^> hello\n\*\*raw\*\* text\n>\n$/);
  expect(await screen.colours()).not.toContain("\u001b[");
});
