import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Context } from "../../src/cli/context.ts";
import { gatherPrompt, type PromptOptions } from "../../src/cli/prompt-input.ts";
import { CbrError, Interrupted } from "../../src/core/errors.ts";
import type { StdinKind } from "../../src/host/host.ts";
import { gif, pdf, png } from "../support/media.ts";

let cwd: string;
const exits: (() => void | Promise<void>)[] = [];

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "cbr-input-"));
});
afterEach(async () => {
  for (const exit of exits.splice(0)) await exit();
});

interface World {
  stdin: PassThrough;
  said: string[];
  stop: AbortController;
  context: Context;
}

/** As much of a Context as gathering needs, on a real directory. */
function world(kind: StdinKind = "silent"): World {
  const stdin = new PassThrough();
  const said: string[] = [];
  const stop = new AbortController();
  const context = {
    host: { cwd, stdin: { kind, stream: () => stdin } },
    report: { notice: (text: string) => said.push(text), warn: (code: string) => said.push(code) },
    signal: stop.signal,
    onExit: (exit: () => void) => exits.push(exit),
  } as unknown as Context; // the rest is never touched
  return { stdin, said, stop, context };
}

function gather(context: Context, options: Partial<PromptOptions> = {}) {
  return gatherPrompt(context, { words: [], files: [], stdin: "auto", isPromptRequired: true, ...options });
}

async function texts(context: Context, options: Partial<PromptOptions>): Promise<string[]> {
  const { content } = await gather(context, options);
  return content.map((block) => (block.type === "text" ? block.text : block.type));
}

async function failure(context: Context, options: Partial<PromptOptions>): Promise<string> {
  try {
    await gather(context, options);
  } catch (error) {
    if (error instanceof CbrError) return `${error.code} ${error.exitCode}: ${error.message}`;
    throw error;
  }
  return "none";
}

const write = (name: string, content: string | Uint8Array) => {
  mkdirSync(join(cwd, name, ".."), { recursive: true });
  writeFileSync(join(cwd, name), content);
};

describe("the order of a prompt", () => {
  it("is files as typed, stdin, words", async () => {
    write("b.txt", "B");
    write("a.txt", "A");
    write("pic", png());
    const { context, stdin } = world("pipe");
    stdin.end("from stdin\n");
    const { content, parts, title } = await gather(context, {
      files: ["b.txt", "pic", "a.txt"],
      words: ["say", "it"],
    });
    expect(content).toEqual([
      { type: "text", text: '<document path="b.txt">B</document>' },
      { type: "image", source: { type: "base64", media_type: "image/png", data: png().toString("base64") } },
      { type: "text", text: '<document path="a.txt">A</document>' },
      { type: "text", text: "from stdin\n" },
      { type: "text", text: "say it" },
    ]);
    expect(parts.map(({ name, kind }) => [name, kind])).toEqual([
      ["b.txt", "text"],
      ["pic", "image"],
      ["a.txt", "text"],
      ["stdin", "stdin"],
      ["the prompt", "words"],
    ]);
    expect(title).toBe("say it");
  });

  it("holds with more files than are read at a time", async () => {
    const files = Array.from({ length: 50 }, (_, i) => `f${i}`);
    for (const file of files) write(file, file);
    expect(await texts(world().context, { files })).toEqual(
      files.map((file) => `<document path="${file}">${file}</document>`),
    );
  });
});

describe("a prompt that is not there", () => {
  it.each(["silent", "directory", "terminal"] as const)("with stdin %s", async (kind) => {
    expect(await failure(world(kind).context, {})).toBe("no_prompt 3: no prompt given");
    expect(await failure(world(kind).context, { words: [""] })).toMatch(/^no_prompt 3/);
    expect(await failure(world(kind).context, { words: [" ", "\n"] })).toMatch(/^no_prompt 3/);
  });

  it.each(["", " \r\n\t"])("with a pipe that gives %j", async (given) => {
    const { context, stdin } = world("pipe");
    stdin.end(given);
    expect(await failure(context, { words: [" "] })).toMatch(/^no_prompt 3/);
  });

  it("is none where none is required", async () => {
    expect((await gather(world().context, { isPromptRequired: false })).content).toEqual([]);
  });

  it("leaves out white space that the service would refuse", async () => {
    const { context, stdin } = world("pipe");
    stdin.end("\n");
    expect(await texts(context, { words: ["hi"] })).toEqual(["hi"]);
  });
});

describe("stdin", () => {
  it("is waited for, however slow, when nothing else is the prompt, when asked, and once it has spoken", async () => {
    const missing = world("pipe");
    const asked = world("pipe");
    const asFile = world("pipe");
    const begun = world("pipe");
    const gathered = Promise.all([
      texts(missing.context, {}),
      texts(asked.context, { words: ["hi"], stdin: "wait" }),
      texts(asFile.context, { words: ["hi"], files: ["-"] }),
      texts(begun.context, { words: ["hi"] }),
    ]);
    begun.stdin.write(Buffer.from([0xe2, 0x82]));
    await new Promise((resolve) => setTimeout(resolve, 3200));
    for (const { stdin } of [missing, asked, asFile]) stdin.end("late");
    begun.stdin.end(Buffer.from([0xac]));
    expect(await gathered).toEqual([["late"], ["late", "hi"], ["late", "hi"], ["€", "hi"]]);
    expect(missing.said).toEqual(["waiting for stdin to end"]);
    expect(begun.said).toEqual([]);
  });

  it("that is silent is gone on without, and heard if it speaks after all", async () => {
    const { context, stdin, said } = world("pipe");
    const gathered = await gather(context, { words: ["hi"] });
    expect(gathered.content).toEqual([{ type: "text", text: "hi" }]);
    expect(said).toEqual(["silent_stdin"]);
    const late = new Promise<CbrError>((resolve) => gathered.watchLateStdin(resolve));
    stdin.write("x");
    expect((await late).code).toBe("late_stdin");
    expect((await late).exitCode).toBe(3);
    const again = new Promise<CbrError>((resolve) => gathered.watchLateStdin(resolve));
    expect((await again).code).toBe("late_stdin");
  });

  it("that is silent and then closes is no error, nor is one that speaks when nobody watches any more", async () => {
    const closing = world("pipe");
    const speaking = world("pipe");
    const [first, second] = await Promise.all([
      gather(closing.context, { words: ["hi"] }),
      gather(speaking.context, { words: ["hi"] }),
    ]);
    const heard: string[] = [];
    first.watchLateStdin((error) => heard.push(error.code));
    second.watchLateStdin((error) => heard.push(error.code))();
    closing.stdin.end();
    speaking.stdin.write("x");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toEqual([]);
  });

  it("is not touched with --no-stdin, and `-f -` then is a contradiction", async () => {
    const { context, stdin } = world("file");
    stdin.end("unwanted");
    expect(await texts(context, { words: ["hi"], stdin: "never" })).toEqual(["hi"]);
    expect(await failure(context, { files: ["-"], stdin: "never" })).toMatch(/^flag_conflict 2/);
  });

  it("may be an image with `-f -`, and may not be empty then", async () => {
    const image = world("pipe");
    image.stdin.end(gif());
    expect(await texts(image.context, { words: ["what?"], files: ["-"] })).toEqual(["image", "what?"]);
    const empty = world("pipe");
    empty.stdin.end();
    expect(await failure(empty.context, { words: ["what?"], files: ["-"] })).toBe(
      "empty_file 3: stdin is empty",
    );
    expect(await failure(world("silent").context, { words: ["what?"], files: ["-"] })).toMatch(
      /^empty_file 3/,
    );
  });

  it("is not read beyond 20 MB", async () => {
    const { context, stdin } = world("pipe");
    const gathered = failure(context, {});
    const megabyte = Buffer.alloc(1_000_000, 0x61);
    let written = 0;
    while (!stdin.destroyed && written < 100) {
      if (!stdin.write(megabyte)) await new Promise((resolve) => setImmediate(resolve));
      written++;
    }
    expect(await gathered).toMatch(/^input_too_large 3: stdin has more than 20\.00 MB/);
    expect(written).toBeLessThan(30);
  });

  it("takes exactly 20 MB", async () => {
    const { context, stdin } = world("pipe");
    stdin.end(Buffer.alloc(20_000_000, 0x61));
    expect((await texts(context, {}))[0]?.length).toBe(20_000_000);
  });

  it("stops being read when the user interrupts", async () => {
    const { context, stdin, stop } = world("pipe");
    const gathered = gather(context, {});
    stop.abort(new Interrupted("SIGINT"));
    await expect(gathered).rejects.toBeInstanceOf(Interrupted);
    expect(stdin.destroyed).toBe(true);
  });

  it("does not outlive a file that cannot be read", async () => {
    const { context, stdin } = world("pipe");
    expect(await failure(context, { files: ["missing"] })).toMatch(/^file_unreadable 3/);
    expect(stdin.destroyed).toBe(true);
  });
});

describe("files", () => {
  it("that match a glob come sorted; a literal name with brackets wins", async () => {
    for (const name of ["b.md", "a.md", "c.txt", "src/deep/x.ts", "src/y.ts", "[id].ts", "i.ts"])
      write(name, name);
    const wrap = (...names: string[]) => names.map((name) => `<document path="${name}">${name}</document>`);
    const { context } = world();
    expect(await texts(context, { files: ["*.md"] })).toEqual(wrap("a.md", "b.md"));
    expect(await texts(context, { files: ["src/**/*.ts", "c.txt"] })).toEqual(
      wrap("src/deep/x.ts", "src/y.ts", "c.txt"),
    );
    expect(await texts(context, { files: ["[id].ts"] })).toEqual(wrap("[id].ts"));
    expect(await texts(context, { files: ["{a,c}.{md,txt}"] })).toEqual(wrap("a.md", "c.txt"));
    expect((await gather(context, { files: [`${cwd}/*.md`] })).parts.map(({ name }) => name)).toEqual([
      join(cwd, "a.md"),
      join(cwd, "b.md"),
    ]);
    expect(await failure(context, { files: ["*.rs"] })).toBe("file_unreadable 3: no file matches `*.rs`");
    expect(await failure(context, { files: [""] })).toMatch(/^bad_flag_value 2/);
  });

  it("behind a symbolic link are read, by name and by glob", async () => {
    write("real/a.md", "A");
    symlinkSync("real/a.md", join(cwd, "link.md"));
    expect(await texts(world().context, { files: ["link.md"] })).toEqual([
      '<document path="link.md">A</document>',
    ]);
    expect(await texts(world().context, { files: ["*.md"] })).toEqual([
      '<document path="link.md">A</document>',
    ]);
  });

  it("that a glob reaches through a loop of links end", async () => {
    write("d/a.md", "A");
    symlinkSync("..", join(cwd, "d/up"));
    const { parts } = await gather(world().context, { files: ["**/*.md"] });
    expect(parts.map(({ name }) => name)).toContain("d/a.md");
    expect(parts.length).toBeLessThan(50);
  });

  it("that cannot be read are named, made safe", async () => {
    symlinkSync("b", join(cwd, "a"));
    symlinkSync("a", join(cwd, "b"));
    mkdirSync(join(cwd, "dir"));
    const { context } = world();
    const of = (path: string) => failure(context, { words: ["hi"], files: [path] });
    expect(await of("mis\x1b]sing")).toBe("file_unreadable 3: cannot read `mis␛]sing`: no such file");
    expect(await of("a")).toBe("file_unreadable 3: cannot read `a`: its symbolic links go round in circles");
    expect(await of("dir")).toBe("file_not_regular 3: `dir` is a directory");
    expect(await of("/dev/null")).toBe("file_not_regular 3: `/dev/null` is a device");
    expect(await of("/dev/zero")).toMatch(/^file_not_regular 3/);
    expect(await of(`${"x".repeat(300)}`)).toMatch(/^file_unreadable 3: .*the name is too long/);
    write("locked", "x");
    execFileSync("chmod", ["000", join(cwd, "locked")]);
    if (process.getuid?.() !== 0)
      expect(await of("locked")).toBe("file_unreadable 3: cannot read `locked`: permission denied");
  });

  it("that are empty, binary, not UTF-8 or no image are refused", async () => {
    write("empty.txt", "");
    write("fake.png", "hello");
    write("bin", Buffer.from([1, 2, 0, 3]));
    write("latin1", Buffer.from([0x61, 0xe9, 0x62]));
    const { context } = world();
    const of = (path: string) => failure(context, { words: ["hi"], files: [path] });
    expect(await of("empty.txt")).toBe("empty_file 3: `empty.txt` is empty");
    expect(await of("fake.png")).toMatch(/^bad_image 3/);
    expect(await of("bin")).toBe("binary_input 3: `bin` looks binary (NUL at byte 2)");
    expect(await of("latin1")).toBe("invalid_utf8 3: `latin1` is not UTF-8 (bad byte at offset 1)");
  });

  it("have at most 20 MB of text each, and 25 MB together", async () => {
    write("big", Buffer.alloc(20_000_000, 0x61));
    write("too-big", Buffer.alloc(20_000_001, 0x61));
    write("more", Buffer.alloc(6_000_000, 0x61));
    const { context } = world();
    expect((await texts(context, { files: ["big"] }))[0]?.length).toBeGreaterThan(20_000_000);
    expect(await failure(context, { files: ["too-big"] })).toMatch(/^input_too_large 3: `too-big`/);
    expect(await failure(context, { files: ["more", "big"] })).toMatch(
      /^input_too_large 3: .*`big` 20\.00 MB/,
    );
  });

  it("in /proc are read though they say they have no size", async () => {
    if (process.platform !== "linux") return;
    expect((await texts(world().context, { files: ["/proc/self/status"] }))[0]).toMatch(/Name:/);
  });

  it("may be PDFs", async () => {
    write("paper.pdf", pdf({ pages: 2 }));
    expect((await gather(world().context, { files: ["paper.pdf"] })).content[0]).toMatchObject({
      type: "document",
      title: "paper.pdf",
    });
  });
});

describe("a named pipe", () => {
  const fifo = (name: string) => execFileSync("mkfifo", [join(cwd, name)]);

  it("with a writer is read to its end, slow as it may be", async () => {
    fifo("p");
    const writer = spawn("sh", ["-c", "exec > p; printf one; sleep 0.3; printf two"], { cwd });
    const closed = new Promise((resolve) => writer.on("close", resolve));
    expect(await texts(world().context, { files: ["p"] })).toEqual(['<document path="p">onetwo</document>']);
    expect(await closed).toBe(0);
  });

  it("without a writer is refused", async () => {
    fifo("p");
    expect(await failure(world().context, { words: ["hi"], files: ["p"] })).toBe(
      "file_not_regular 3: `p` is a pipe that nobody writes to",
    );
  });

  it("with a writer that never ends gives way to an interrupt", async () => {
    fifo("p");
    const writer = spawn("sh", ["-c", "exec > p; sleep 20"], { cwd });
    const { context, stop } = world();
    const gathered = gather(context, { words: ["hi"], files: ["p"] });
    setTimeout(() => stop.abort(new Interrupted("SIGTERM")), 300);
    await expect(gathered).rejects.toBeInstanceOf(Interrupted);
    writer.kill();
  });
});

describe("an unquoted glob", () => {
  it("is told by a word, not the last, that is a file", async () => {
    for (const name of ["a.md", "b.md", "c.md"]) write(name, name);
    const { context } = world();
    expect(await failure(context, { files: ["a.md"], words: ["b.md", "c.md", "sum", "up"] })).toMatch(
      /^unquoted_glob 2: the prompt's word `[bc]\.md`/,
    );
    expect(await texts(context, { files: ["a.md"], words: ["what", "of", "b.md"] })).toHaveLength(2);
    expect(await texts(context, { words: ["b.md", "is", "what?"] })).toEqual(["b.md is what?"]);
  });

  it("is not seen in the name of a directory", async () => {
    write("a.md", "A");
    mkdirSync(join(cwd, "test"));
    expect(await texts(world().context, { files: ["a.md"], words: ["a", "test", "please"] })).toHaveLength(2);
  });
});
