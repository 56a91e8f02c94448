// What `cbr invoke` does with stdin. Rows 109 to 117 of the list of faults.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cbr, freshHome } from "../support/cbr.ts";
import { png } from "../support/media.ts";
import { errorOf, type Mocked, mocked } from "../support/mocked.ts";
import { shell } from "../support/shell.ts";

const texts = (bedrock: Mocked) =>
  bedrock
    .body()
    .messages[0].content.map((block: { text?: string; type: string }) => block.text ?? block.type);

describe("row 109: a pipe that stays open and silent", () => {
  test("gets one warning, the prompt goes without it, and the program ends with the answer", async () => {
    const bedrock = await mocked({ script: [{ text: "done" }] });
    const run = await bedrock.cbr(["invoke", "hi"], { stdin: "open" });
    expect(run).toMatchObject({ code: 0, stdout: "done" });
    expect(run.stderr).toMatch(/^warning: stdin .*--stdin.*--no-stdin[^\n]*\n$/);
    expect(texts(bedrock)).toEqual(["hi"]);
  });

  test("that speaks before the answer is whole makes it an error, and the server sees the close", async () => {
    const bedrock = await mocked({ script: [{ text: ["one ", "two ", "three"], gap: 1000 }] });
    const running = bedrock.cbr(["invoke", "--error-format", "json", "hi"], { stdin: "open" });
    running.child.stdout?.once("data", () => running.child.stdin?.write("late"));
    const run = await running;
    expect(run.code).toBe(3);
    expect(run.stdout).not.toContain("three");
    expect(errorOf(run.stderr)).toMatchObject({
      code: "late_stdin",
      exit_code: 3,
      hint: expect.stringContaining("--stdin"),
    });
    expect(bedrock.calls()).toHaveLength(1);
    await expect.poll(() => bedrock.calls()[0]?.closedEarlyAt).not.toBeNull();
  });

  test("that speaks within a moment is heard to its end", async () => {
    const bedrock = await mocked();
    const running = bedrock.cbr(["invoke", "hi"], { stdin: "open" });
    setTimeout(() => running.child.stdin?.write("a slow "), 800);
    setTimeout(() => running.child.stdin?.end("writer"), 4200);
    expect(await running).toMatchObject({ code: 0, stderr: "" });
    expect(texts(bedrock)).toEqual(["a slow writer", "hi"]);
  });

  test("is never read with --no-stdin, and nothing is waited for", async () => {
    const bedrock = await mocked();
    const running = bedrock.cbr(["invoke", "--no-stdin", "hi"], { stdin: "open" });
    running.child.stdin?.write("unwanted");
    expect(await running).toMatchObject({ code: 0, stderr: "" });
    expect(texts(bedrock)).toEqual(["hi"]);
  });

  test.each([["--stdin", "hi"], ["-f", "-", "hi"], []])(
    "is waited for: invoke %s %s %s",
    async (...words) => {
      const bedrock = await mocked();
      const running = bedrock.cbr(["invoke", ...words.filter((word) => word !== undefined)], {
        stdin: "open",
      });
      setTimeout(() => running.child.stdin?.end("at last"), 4000);
      expect((await running).code).toBe(0);
      expect(texts(bedrock)[0]).toBe("at last");
    },
  );

  test("that is waited for gives way to Ctrl-C", async () => {
    const bedrock = await mocked();
    const running = bedrock.cbr(["invoke", "-f", "-", "hi"], { stdin: "open" });
    running.child.stderr?.once("data", () => running.child.kill("SIGINT")); // it says that it waits
    expect(await running).toMatchObject({ signal: "SIGINT", stdout: "" });
    expect(bedrock.mock.requests).toHaveLength(0);
  });

  test.each([
    ["a key and a body", ["--api-key-file", "-", "--body", "-"]],
    ["a key and a file", ["--api-key-file", "-", "-f", "-", "hi"]],
    ["a body and a file", ["--body", "-", "-f", "-", "hi"]],
  ])("belongs to one: %s from it are exit 2", async (_what, args) => {
    const bedrock = await mocked();
    for (const command of ["invoke", "count"]) {
      expect((await bedrock.cbr([command, ...args], { stdin: '{"messages":[]}' })).code).toBe(2);
    }
    expect(bedrock.mock.requests).toHaveLength(0);
  });

  test("does not keep a failed program alive", async () => {
    const run = await cbr(["invoke", "-f", "missing", "hi"], { stdin: "open" });
    expect(run.code).toBe(3);
    expect((await cbr(["invoke", "-m", "no-such-model", "hi"], { stdin: "open" })).code).toBe(2);
  });
});

describe("row 110, 117: no prompt", () => {
  test.each([
    "cbr invoke <&-",
    "cbr invoke </dev/null",
    "cbr invoke </",
    'cbr invoke ""',
    'cbr invoke "  " </dev/null',
  ])("%s", async (script) => {
    const bedrock = await mocked();
    const run = await shell(script, { env: bedrock.env });
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toMatch(/^cbr: no prompt given/);
    expect(bedrock.mock.requests).toHaveLength(0);
  });

  test("in a pipe that gives nothing, or only white space", async () => {
    const bedrock = await mocked();
    for (const stdin of ["", " \r\n\t\n"]) {
      const run = await bedrock.cbr(["invoke"], { stdin });
      expect(run.code).toBe(3);
      expect(run.stderr).toMatch(/^cbr: no prompt given/);
    }
    expect(bedrock.mock.requests).toHaveLength(0);
  });

  test("a closed stdin does not matter when there are words", async () => {
    const bedrock = await mocked({ script: [{ text: "ok" }] });
    expect(await shell("cbr invoke hi <&-", { env: bedrock.env })).toEqual({
      code: 0,
      stdout: "ok",
      stderr: "",
    });
    expect(await shell("cbr invoke hi </", { env: bedrock.env })).toEqual({
      code: 0,
      stdout: "ok",
      stderr: "",
    });
  });
});

describe("the text of stdin", () => {
  test("row 114, 115: may come from a file, with CRLF and without a byte order mark", async () => {
    const home = freshHome();
    writeFileSync(join(home, "in.txt"), "\ufeffa\r\nb\r\n");
    const bedrock = await mocked();
    expect((await shell("cbr invoke hi < in.txt", { env: bedrock.env, cwd: home })).code).toBe(0);
    expect(texts(bedrock)).toEqual(["a\r\nb\r\n", "hi"]);
  });

  test("row 116: may come a byte at a time", async () => {
    const bedrock = await mocked();
    const running = bedrock.cbr(["invoke"], { stdin: "open" });
    for (const byte of Buffer.from("grün 😀")) {
      running.child.stdin?.write(Buffer.from([byte]));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    running.child.stdin?.end();
    expect((await running).code).toBe(0);
    expect(texts(bedrock)).toEqual(["grün 😀"]);
  });

  test("row 114, 150: is decoded from UTF-16, with a notice", async () => {
    const bedrock = await mocked();
    const run = await bedrock.cbr(["invoke"], { stdin: Buffer.from("\ufeffgrün\r\n", "utf16le") });
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/^note: stdin is UTF-16LE/);
    expect(texts(bedrock)).toEqual(["grün\r\n"]);
  });

  test.each([
    ["NUL", Buffer.from("ab\0c"), "binary_input", /NUL at byte 2/],
    ["an image", png(), "binary_input", /NUL at byte 8/],
    ["a byte that is not UTF-8", Buffer.from([0x61, 0xff, 0x62]), "invalid_utf8", /offset 1/],
    ["a character cut short", Buffer.from([0x61, 0xe2, 0x82]), "invalid_utf8", /offset 1/],
  ])("row 112, 113: is refused with %s", async (_, stdin, code, message) => {
    const bedrock = await mocked();
    const run = await bedrock.cbr(["invoke", "--error-format=json", "hi"], { stdin });
    expect(run.code).toBe(3);
    expect(errorOf(run.stderr)).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(bedrock.mock.requests).toHaveLength(0);
  });

  test("may be an image when it is asked for as a file", async () => {
    const bedrock = await mocked();
    expect((await bedrock.cbr(["invoke", "-f", "-", "what is it?"], { stdin: png() })).code).toBe(0);
    expect(texts(bedrock)).toEqual(["image", "what is it?"]);
  });

  test("row 111: is read to 20 MB and no further: the writer is stopped and memory is bounded", async () => {
    const running = cbr(["invoke", "--error-format=json"], { stdin: "open" });
    const { child } = running;
    let peak = 0;
    const watch = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
      } catch {
        // it has ended
      }
    }, 10);
    // Node closes the pipe of a child that has ended, with an error only where it was writing at that moment.
    const isStopped = new Promise<void>((resolve) => {
      child.stdin?.on("error", () => resolve()).on("close", () => resolve());
    });
    const piece = Buffer.alloc(1_000_000, "line of text\n");
    for (let i = 0; i < 100; i++) child.stdin?.write(piece);
    const run = await running;
    clearInterval(watch);
    expect(run.code).toBe(3);
    expect(errorOf(run.stderr)).toMatchObject({ code: "input_too_large" });
    await isStopped;
    expect(peak).toBeLessThan(200_000);
  });
});
