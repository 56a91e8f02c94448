// One connection serves a conversation, and stands before a prompt is sent.
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { mocked } from "../support/mocked.ts";
import { HAS_TMUX, terminal } from "../support/terminal.ts";

interface Door {
  env: Record<string, string>;
  /** How many connections came through. */
  connections(): number;
}

/** A way to the server at `url` that counts who comes. */
async function doorTo(url: string): Promise<Door> {
  const { port } = new URL(url);
  let connections = 0;
  const forward = createServer((client: Socket) => {
    connections++;
    const upstream = new (client.constructor as typeof Socket)().connect(Number(port), "127.0.0.1");
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
    client.on("close", () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => forward.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void forward.close());
  const { port: own } = forward.address() as { port: number };
  return { env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${own}` }, connections: () => connections };
}

test("a chat of three turns from a pipe uses a connection more than once", async () => {
  const bedrock = await mocked({ script: [{ text: "one" }, { text: "two" }, { text: "three" }] });
  const door = await doorTo(bedrock.mock.url);
  const run = await bedrock.cbr(["chat", "--no-save"], { stdin: "a\nb\nc\n", env: door.env });
  expect(run).toMatchObject({ code: 0, stdout: "one\ntwo\nthree\n" });
  expect(bedrock.calls()).toHaveLength(3);
  // A turn that follows at once may come before the last byte of the answer before it has freed the connection.
  expect(door.connections()).toBeLessThan(3);
});

test("a chat whose pipe is silent connects before the first line, and once", async () => {
  const bedrock = await mocked({ script: [{ text: "one" }] });
  const door = await doorTo(bedrock.mock.url);
  const running = bedrock.cbr(["chat", "--no-save"], { stdin: "open", env: door.env });
  await expect.poll(door.connections, { timeout: 10_000 }).toBe(1);
  expect(bedrock.mock.requests).toEqual([]);
  running.child.stdin?.end("a\n");
  expect(await running).toMatchObject({ code: 0, stdout: "one\n" });
  expect(door.connections()).toBe(1);
});

test("invoke connects while its stdin is still being written", async () => {
  const bedrock = await mocked({ script: [{ text: "one" }] });
  const door = await doorTo(bedrock.mock.url);
  const running = bedrock.cbr(["invoke", "--stdin", "Sum up"], { stdin: "open", env: door.env });
  await expect.poll(door.connections, { timeout: 10_000 }).toBe(1);
  expect(bedrock.mock.requests).toEqual([]);
  running.child.stdin?.end("some text\n");
  expect(await running).toMatchObject({ code: 0, stdout: "one" });
  expect(door.connections()).toBe(1);
});

test("a dry run connects to nobody, however long its stdin takes", async () => {
  const bedrock = await mocked();
  const door = await doorTo(bedrock.mock.url);
  const running = bedrock.cbr(["invoke", "--stdin", "--dry-run", "Sum up"], { stdin: "open", env: door.env });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  running.child.stdin?.end("some text\n");
  expect((await running).code).toBe(0);
  expect(door.connections()).toBe(0);
});

test.skipIf(!HAS_TMUX)("at a terminal a prompt finds a connection, also after a stopped answer", async () => {
  const bedrock = await mocked({
    script: [{ text: ["alpha ", ...Array(100).fill("more ")], gap: 60 }, { text: "fine" }, { text: "still" }],
  });
  const door = await doorTo(bedrock.mock.url);
  const screen = await terminal(["chat", "--no-save"], { env: { ...bedrock.env, ...door.env } });
  const say = async (words: string, answer: string) => {
    await screen.type(words);
    await screen.press("Enter");
    await screen.shows(answer);
  };
  await expect.poll(door.connections, { timeout: 10_000 }).toBe(1);
  await say("count", "alpha");
  await screen.press("C-c");
  await screen.shows("stopped; what came is kept");
  // The stopped answer took its connection with it.
  await expect.poll(door.connections, { timeout: 10_000 }).toBe(2);
  expect(bedrock.calls()).toHaveLength(1);
  await say("go on", "fine");
  await say("and on", "still");
  expect(door.connections()).toBe(2);
  await screen.press("C-d");
  expect(await screen.ended()).toBe(0);
});
