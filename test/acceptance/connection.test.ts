// One connection serves a conversation, and stands before the first prompt is sent.
import { createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { mocked } from "../support/mocked.ts";

test("a chat of three turns from a pipe uses a connection more than once", async () => {
  const bedrock = await mocked({ script: [{ text: "one" }, { text: "two" }, { text: "three" }] });
  const { port } = new URL(bedrock.mock.url);
  let connections = 0;
  const forward = createServer((client: Socket) => {
    connections++;
    const upstream = new (client.constructor as typeof Socket)().connect(Number(port), "127.0.0.1");
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => forward.listen(0, "127.0.0.1", resolve));
  const { port: door } = forward.address() as { port: number };
  const run = await bedrock.cbr(["chat", "--no-save"], {
    stdin: "a\nb\nc\n",
    env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${door}` },
  });
  forward.close();
  expect(run).toMatchObject({ code: 0, stdout: "one\ntwo\nthree\n" });
  expect(bedrock.calls()).toHaveLength(3);
  // A turn that follows at once may come before the last byte of the answer before it has freed the connection.
  expect(connections).toBeLessThan(3);
});
