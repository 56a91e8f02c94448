// HTTP/1.1 as it may come over the wire: whatever is allowed gives an answer, whatever is cut or wrong never does.
import { lookup } from "node:dns/promises";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { cbr } from "../../support/cbr.ts";
import { selfSigned } from "../../support/fault-server.ts";
import { chunked, framesSaying, rawServer, STREAM_HEAD } from "../../support/raw-server.ts";

const FRAMES = framesSaying("Hello");
const WHOLE = Buffer.concat([
  Buffer.from(`${STREAM_HEAD}Transfer-Encoding: chunked\r\n\r\n`),
  chunked(FRAMES, 100),
]);
const ONCE = ["--max-attempts", "1"];

function invoke(env: Record<string, string>, more: readonly string[] = [], stdin: string | null = null) {
  return cbr(["invoke", "-m", "sonnet-4.5", "--geo", "us", ...more, "hi"], { env, stdin });
}

function write(socket: Socket, ...parts: (string | Buffer)[]): void {
  socket.write(
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part))),
  );
}

describe("an answer is whole", () => {
  const ways: { title: string; answer: (socket: Socket) => void }[] = [
    {
      title: "after informational answers",
      answer: (socket) =>
        write(
          socket,
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n",
          WHOLE,
        ),
    },
    {
      title: "in chunks of one byte, with extensions and a trailer",
      answer: (socket) =>
        write(
          socket,
          `${STREAM_HEAD}Transfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n`,
          chunked(FRAMES, 1, { extension: ";a=b", trailer: "x-sum: 1\r\n" }),
        ),
    },
    {
      title: "by its length",
      answer: (socket) => write(socket, `${STREAM_HEAD}Content-Length: ${FRAMES.length}\r\n\r\n`, FRAMES),
    },
    {
      title: "by the end of the connection",
      answer: (socket) => {
        write(socket, STREAM_HEAD.replace("1.1", "1.0"), "\r\n", FRAMES);
        socket.end();
      },
    },
    {
      title: "under a hundred headers, one of them twice",
      answer: (socket) => {
        const many = Array.from({ length: 100 }, (_, i) => `X-Header-${i}: ${i}\r\n`).join("");
        write(
          socket,
          `${STREAM_HEAD}x-amzn-requestid: a\r\nX-Amzn-RequestId: b\r\n${many}`,
          WHOLE.subarray(STREAM_HEAD.length),
        );
      },
    },
    {
      title: "although more bytes follow it",
      answer: (socket) => write(socket, WHOLE, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"),
    },
  ];
  test.each(ways)("$title", async ({ answer }) => {
    const server = await rawServer(answer);
    expect(await invoke(server.env, ONCE)).toMatchObject({ code: 0, stdout: "Hello", stderr: "" });
  });

  test("byte by byte", async () => {
    const server = await rawServer(async (socket) => {
      socket.setNoDelay(true);
      for (let at = 0; at < WHOLE.length; at++) {
        socket.write(WHOLE.subarray(at, at + 1));
        if (at % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    });
    expect(await invoke(server.env, ONCE)).toMatchObject({ code: 0, stdout: "Hello" });
  });
});

describe("an answer is none", () => {
  const ways: {
    title: string;
    answer: (socket: Socket) => void;
    code: number;
    stdout: string;
    says: RegExp;
  }[] = [
    {
      title: "cut before the length that it promised",
      answer: (socket) => {
        write(
          socket,
          `${STREAM_HEAD}Content-Length: ${FRAMES.length}\r\n\r\n`,
          FRAMES.subarray(0, FRAMES.length - 9),
        );
        socket.end();
      },
      code: 8,
      stdout: "Hello",
      says: /connection|ended/,
    },
    {
      title: "cut in the middle of a chunk",
      answer: (socket) => {
        write(socket, WHOLE.subarray(0, WHOLE.length - 60));
        socket.end();
      },
      code: 8,
      stdout: "Hello",
      says: /connection|ended/,
    },
    {
      title: "cut inside its head",
      answer: (socket) => {
        write(socket, STREAM_HEAD);
        socket.end();
      },
      code: 7,
      stdout: "",
      says: /closed the connection before an answer/,
    },
    {
      title: "with a chunk that has no size",
      answer: (socket) =>
        write(socket, `${STREAM_HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, FRAMES, "\r\n"),
      code: 7,
      stdout: "",
      says: /is not HTTP\/1\.1/,
    },
    {
      title: "with a chunk that has no size after good ones",
      answer: (socket) =>
        write(
          socket,
          `${STREAM_HEAD}Transfer-Encoding: chunked\r\n\r\n`,
          chunked(FRAMES.subarray(0, -100), 5000).subarray(0, -5),
          "zz\r\n",
        ),
      code: 8,
      stdout: "Hello",
      says: /is not HTTP\/1\.1/,
    },
    {
      title: "in another language",
      answer: (socket) => write(socket, "220 mail.example ESMTP\r\n"),
      code: 7,
      stdout: "",
      says: /is not HTTP\/1\.1/,
    },
    {
      title: "but a change of protocol",
      answer: (socket) => write(socket, "HTTP/1.1 101 Switching Protocols\r\n\r\n"),
      code: 7,
      stdout: "",
      says: /before any content/,
    },
    {
      title: "but a change to a protocol by name",
      answer: (socket) =>
        write(
          socket,
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        ),
      code: 7,
      stdout: "",
      says: /closed the connection before an answer/,
    },
    {
      title: "with two opinions on its length",
      answer: (socket) =>
        write(socket, `${STREAM_HEAD}Content-Length: 5\r\n`, WHOLE.subarray(STREAM_HEAD.length)),
      code: 7,
      stdout: "",
      says: /is not HTTP\/1\.1/,
    },
    {
      title: "under headers without end",
      answer: (socket) =>
        write(socket, `${STREAM_HEAD}X-Long: ${"x".repeat(200_000)}\r\n`, WHOLE.subarray(STREAM_HEAD.length)),
      code: 7,
      stdout: "",
      says: /is not HTTP\/1\.1/,
    },
  ];
  test.each(ways)("$title", async ({ answer, code, stdout, says }) => {
    const server = await rawServer(answer);
    const run = await invoke(server.env, ONCE);
    expect(run, run.stderr).toMatchObject({ code, stdout });
    expect(run.stderr).toMatch(says);
  });
});

test("a request of many megabytes arrives as it was, though its reader is slow", async () => {
  const server = await rawServer((socket) => write(socket, WHOLE));
  const text = "0123456789 äöü\n".repeat(600_000);
  const run = await invoke(server.env, [...ONCE, "--stdin"], text);
  expect(run, run.stderr).toMatchObject({ code: 0, stdout: "Hello" });
  const body = JSON.parse(server.requests.at(-1)?.body.toString("utf8") ?? "");
  expect(JSON.stringify(body)).toContain(JSON.stringify(text.trim()).slice(1, -1));
});

test("a connection that the service closes between two turns is not used again", async () => {
  const server = await rawServer((socket) => {
    write(socket, WHOLE);
    setTimeout(() => socket.end(), 50);
  });
  const running = cbr(["chat", "--no-save", "-m", "sonnet-4.5", "--geo", "us"], {
    env: server.env,
    stdin: "open",
  });
  running.child.stdin?.write("one\n");
  await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 400));
  running.child.stdin?.end("two\n");
  expect(await running).toMatchObject({ code: 0, stdout: "Hello\nHello\n", stderr: "" });
  expect(server.requests).toHaveLength(2);
});

test("what follows an answer unasked is not the beginning of the next one", async () => {
  const server = await rawServer((socket) => write(socket, WHOLE, "HTTP/1.1 200 OK\r\n\r\n"));
  const running = cbr(["chat", "--no-save", "-m", "sonnet-4.5", "--geo", "us"], {
    env: server.env,
    stdin: "open",
  });
  running.child.stdin?.write("one\n");
  await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 400));
  running.child.stdin?.end("two\n");
  expect(await running).toMatchObject({ code: 0, stdout: "Hello\nHello\n", stderr: "" });
  expect(server.connections()).toBe(2);
});

test("a connection of no more use is ended, not reset, and named as Node names it", async () => {
  let end = "";
  const server = await rawServer((socket) => {
    socket.on("error", ({ message }) => {
      end = message;
    });
    socket.on("end", () => {
      end = "ended";
    });
    write(socket, "220 mail.example ESMTP\r\n");
  });
  expect((await invoke(server.env, ONCE)).code).toBe(7);
  await expect.poll(() => end).toBe("ended");
  expect(server.requests[0]?.head).toContain("\r\nConnection: keep-alive");
});

test("`localhost` is where the system's resolver says", async () => {
  const asked: string[] = [];
  const listen = (host: string, port: number) =>
    new Promise<Server>((resolve, reject) => {
      const server = createServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => {
          asked.push(host);
          write(socket, WHOLE);
        });
      });
      onTestFinished(() => void server.close());
      server.on("error", reject);
      server.listen({ host, port, ipv6Only: true }, () => resolve(server));
    });
  const { port } = (await listen("127.0.0.1", 0)).address() as AddressInfo;
  // A machine without IPv6 has but one.
  await listen("::1", port).catch(() => {});
  const { env } = await rawServer(() => {});
  const run = await invoke({ ...env, AWS_ENDPOINT_URL: `http://localhost:${port}` }, ONCE);
  expect(run, run.stderr).toMatchObject({ code: 0, stdout: "Hello" });
  expect(asked).toEqual([(await lookup("localhost", { verbatim: true })).address]);
});

describe("over TLS, by name", () => {
  test("a certificate of a known authority serves", async () => {
    const server = await rawServer((socket) => write(socket, WHOLE), { tls: true });
    const run = await invoke({ ...server.env, AWS_CA_BUNDLE: selfSigned().caPath }, ONCE);
    expect(run, run.stderr).toMatchObject({ code: 0, stdout: "Hello", stderr: "" });
    expect(server.connections()).toBe(1);
  });

  test("OpenSSL's own variable for one is not Node's", async () => {
    const server = await rawServer((socket) => write(socket, WHOLE), { tls: true });
    const run = await invoke({ ...server.env, SSL_CERT_FILE: selfSigned().caPath }, ONCE);
    expect(run).toMatchObject({ code: 7, stdout: "" });
    expect(server.requests).toEqual([]);
  });

  test("nothing is sent to one that is not trusted", async () => {
    const server = await rawServer((socket) => write(socket, WHOLE), { tls: true });
    const run = await invoke(server.env, ONCE);
    expect(run).toMatchObject({ code: 7, stdout: "" });
    expect(run.stderr).toContain("is not trusted: it was issued by `Corporate Inspection CA`");
    expect(server.requests).toEqual([]);
  });
});
