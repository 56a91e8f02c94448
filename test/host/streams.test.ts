import { Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ReaderGone } from "../../src/core/errors.ts";
import type { Host, HostOutput } from "../../src/host/host.ts";
import { ioStreams } from "../../src/host/streams.ts";

function fakes({ isTTY = false, highWaterMark = 1_000_000 } = {}) {
  const writes: string[] = [];
  const release: (() => void)[] = [];
  let isSlow = false;
  const output = (label: string): HostOutput => {
    const stream = new Writable({
      decodeStrings: false,
      highWaterMark,
      write(chunk, _encoding, done) {
        writes.push(`${label}:${chunk}`);
        if (isSlow) release.push(done);
        else done();
      },
    });
    return { isTTY, isOpen: true, columns: () => undefined, rows: () => undefined, stream };
  };
  const host = { stdout: output("out"), stderr: output("err"), env: {} } as unknown as Host;
  let gone = 0;
  const io = ioStreams(host, () => gone++);
  return {
    io,
    host,
    writes,
    goneCount: () => gone,
    slow() {
      isSlow = true;
    },
    drain() {
      isSlow = false;
      for (const done of release.splice(0)) done();
    },
  };
}

test("what is written in one turn leaves as one, and a lone text leaves in that turn", async () => {
  const { io, writes } = fakes();
  await io.out.write("a");
  await io.out.write("b");
  expect(writes).toEqual([]);
  await nextTurn();
  expect(writes).toEqual(["out:ab"]);
  await io.out.write("c");
  await nextTurn();
  expect(writes).toEqual(["out:ab", "out:c"]);
});

test("a terminal gets everything at once", async () => {
  const { io, writes } = fakes({ isTTY: true });
  await io.out.write("a");
  await io.out.write("b");
  expect(writes).toEqual(["out:a", "out:b"]);
});

test("stderr never overtakes stdout", async () => {
  const { io, writes } = fakes();
  void io.out.write("answer");
  void io.err.write("error");
  expect(writes).toEqual(["out:answer", "err:error"]);
});

test("bytes keep their place among texts", async () => {
  const { io, writes } = fakes();
  void io.out.write("1");
  void io.out.write(Buffer.from("2"));
  void io.out.write("3");
  await io.out.flush();
  expect(writes).toEqual(["out:1", "out:2", "out:3"]);
});

test("flushed is what the reader has taken, all of it", async () => {
  const { io, slow, drain } = fakes();
  slow();
  await io.out.write("1");
  await io.out.write(Buffer.from("2"));
  let isFlushed = false;
  const flushing = io.out.flush().then(() => {
    isFlushed = true;
  });
  await nextTurn();
  expect(isFlushed).toBe(false);
  drain();
  await flushing;
  expect(isFlushed).toBe(true);
});

test("a writer waits while the reader is slow, and goes on when it has caught up", async () => {
  const { io, slow, drain } = fakes({ highWaterMark: 4 });
  slow();
  await io.out.write("long enough");
  await nextTurn();
  let hasGoneOn = false;
  const waiting = io.out.write("more").then(() => {
    hasGoneOn = true;
  });
  await nextTurn();
  expect(hasGoneOn).toBe(false);
  drain();
  await waiting;
  expect(hasGoneOn).toBe(true);
});

test("a reader that went away is told once, and every later write fails with it", async () => {
  const { io, host, goneCount } = fakes();
  await io.out.write("x");
  await io.out.flush();
  host.stdout.stream.emit("error", Object.assign(new Error("broken pipe"), { code: "EPIPE" }));
  await expect(io.out.write("y")).rejects.toBeInstanceOf(ReaderGone);
  expect(goneCount()).toBe(1);
});
