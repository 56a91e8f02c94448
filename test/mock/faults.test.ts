// What each fault puts on the wire, seen by a plain socket that knows nothing of Bedrock.
import { request } from "node:http";
import { EventStreamCodec } from "@smithy/eventstream-codec";
import { fromUtf8, toUtf8 } from "@smithy/util-utf8";
import { afterEach, describe, expect, it } from "vitest";
import { signature } from "../../src/mock/auth.ts";
import { TEST_CREDENTIALS } from "../../src/mock/credentials.ts";
import type { ScriptEntry } from "../../src/mock/script.ts";
import { type RunningMock, startMock } from "../../src/mock/server.ts";

let mock: RunningMock;
afterEach(() => mock.close());

interface Seen {
  status: number | null;
  headers: Record<string, unknown>;
  bytes: Buffer;
  /** `end`: the body ended as it should; else the socket's error. */
  ended: string;
}

const PATH = "/model/global.anthropic.claude-opus-4-6-v1/invoke-with-response-stream";
const BODY = JSON.stringify({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 100,
  messages: [{ role: "user", content: "Hello" }],
});

async function play(entry: ScriptEntry): Promise<Seen> {
  mock = await startMock({ script: [entry] });
  return send(PATH, BODY, entry.fault?.startsWith("stall") ? 400 : 10_000);
}

/** One signed request; gives up after `patience` milliseconds without an end. */
function send(path = PATH, body = BODY, patience = 10_000): Promise<Seen> {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const headers: Record<string, string> = { host: mock.url.slice(7), "x-amz-date": stamp };
  const scope = { date: stamp.slice(0, 8), region: "us-east-1", service: "bedrock" };
  const signed = signature(
    { method: "POST", target: path, headers, body: Buffer.from(body) },
    ["host", "x-amz-date"],
    TEST_CREDENTIALS.secretAccessKey,
    scope,
  );
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${TEST_CREDENTIALS.accessKeyId}/${scope.date}/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signed}`;
  return new Promise((resolve) => {
    const seen: Seen = { status: null, headers: {}, bytes: Buffer.alloc(0), ended: "nothing" };
    const finish = (how: string) => {
      clearTimeout(timer);
      resolve({ ...seen, ended: how });
      outgoing.destroy();
    };
    const timer = setTimeout(() => finish("stalled"), patience);
    const outgoing = request(mock.url + path, { method: "POST", headers, agent: false }, (response) => {
      seen.status = response.statusCode ?? null;
      seen.headers = response.headers;
      response.on("data", (data: Buffer) => {
        seen.bytes = Buffer.concat([seen.bytes, data]);
      });
      response.on("end", () => finish("end"));
      response.on("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    outgoing.end(body);
  });
}

const codec = new EventStreamCodec(toUtf8, fromUtf8);

function texts(bytes: Buffer): { text: string; rest: Buffer; types: string[] } {
  let text = "";
  const types: string[] = [];
  let rest = bytes;
  while (rest.length >= 4 && rest.readUInt32BE(0) <= rest.length && rest.readUInt32BE(0) > 0) {
    const frame = rest.subarray(0, rest.readUInt32BE(0));
    let decoded: ReturnType<typeof codec.decode>;
    try {
      decoded = codec.decode(frame);
    } catch {
      types.push("corrupt");
      break;
    }
    rest = rest.subarray(frame.length);
    const kind = decoded.headers[":message-type"]?.value;
    if (kind !== "event") {
      types.push(
        `${kind}:${decoded.headers[":exception-type"]?.value ?? decoded.headers[":error-code"]?.value}`,
      );
      continue;
    }
    try {
      const event = JSON.parse(
        Buffer.from(JSON.parse(Buffer.from(decoded.body).toString()).bytes, "base64").toString(),
      );
      types.push(event.type);
      text += event.delta?.text ?? "";
    } catch {
      types.push("unreadable");
    }
  }
  return { text, rest, types };
}

describe("a fault before the stream", () => {
  it.each([
    ["rst-pre", null, "ECONNRESET"],
    ["fin-pre", null, "ECONNRESET"],
    ["stall-headers", null, "stalled"],
    ["redirect", 307, "end"],
    ["http-html", 502, "end"],
    ["http-empty", 500, "end"],
    ["html-200", 200, "end"],
    ["json-200", 200, "end"],
  ])("%s", async (fault, status, ended) => {
    expect(await play({ fault })).toMatchObject({ status, ended });
  });

  it("an HTTP error has the service's headers and body", async () => {
    const seen = await play({
      status: 429,
      name: "ThrottlingException",
      message: "Too many tokens, please wait before trying again.",
      headers: { "retry-after": "7" },
    });
    expect(seen).toMatchObject({
      status: 429,
      headers: {
        "retry-after": "7",
        "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/",
      },
    });
    expect(JSON.parse(seen.bytes.toString())).toEqual({
      message: "Too many tokens, please wait before trying again.",
    });
  });

  it("a skewed clock refuses the signature and tells its time", async () => {
    const seen = await play({ skew: 3600 });
    expect(seen.status).toBe(403);
    expect(seen.bytes.toString()).toContain("Signature expired");
    expect(Date.parse(String(seen.headers["date"])) - Date.now()).toBeGreaterThan(3_500_000);
  });
});

describe("a fault in the stream", () => {
  const three = { text: ["One", " two", " three", " four"], after: 3 };
  it.each([
    ["clean-end-no-stop", "One two three", "end"],
    ["rst-between", "One two three", "ECONNRESET"],
    ["fin-nochunkend", "One two three", "ECONNRESET"],
    ["connclose-eof", "One two three", "end"],
    ["stall-mid", "One two three", "stalled"],
    ["stall-after-stop", "One two three four", "stalled"],
    ["empty-200", "", "end"],
    ["drip", "One two three four", "end"],
    ["no-metadata", "One two three four", "end"],
  ])("%s", async (fault, text, ended) => {
    const seen = await play({ ...three, fault });
    expect(seen.status).toBe(200);
    expect(seen.ended).toBe(ended);
    const read = texts(seen.bytes);
    expect(read.text).toBe(text);
    expect(read.rest.length).toBe(0);
  });

  it("cuts inside a frame, and inside its length", async () => {
    const inFrame = texts((await play({ ...three, fault: "trunc-in-frame" })).bytes);
    expect(inFrame.text).toBe("One two three");
    expect(inFrame.rest.length).toBeGreaterThan(12);
    await mock.close();
    const inPrefix = texts((await play({ ...three, fault: "trunc-in-prefix" })).bytes);
    expect(inPrefix.rest.length).toBe(2);
  });

  it.each([
    ["exc", "exception:throttlingException"],
    ["errframe", "error:throttlingException"],
    ["crc", "corrupt"],
    ["crc-prelude", "corrupt"],
    ["bad-json", "unreadable"],
  ])("%s comes after the good prefix", async (fault, type) => {
    const read = texts((await play({ ...three, fault, exception: "throttlingException" })).bytes);
    expect(read.text.startsWith("One two three")).toBe(true);
    expect(read.types[5]).toBe(type);
  });

  it("an exception can be the only frame", async () => {
    const read = texts((await play({ fault: "exc-first", exception: "validationException" })).bytes);
    expect(read.types).toEqual(["exception:validationException"]);
  });

  it.each([
    ["len-zero", 0],
    ["len-huge", 0xffff_ffff],
  ])("%s claims such a length", async (fault, length) => {
    const { text, rest } = texts((await play({ ...three, fault })).bytes);
    expect(text).toBe("One two three");
    expect(rest.readUInt32BE(0)).toBe(length);
  });

  it("splits surrogate pairs over deltas", async () => {
    const { bytes } = await play({ text: "a😀b", fault: "surrogate" });
    const payloads = bytes.toString("latin1").match(/"bytes":"([^"]+)"/g) ?? [];
    const deltas = payloads
      .map((payload) => JSON.parse(Buffer.from(payload.slice(9, -1), "base64").toString()))
      .filter((event) => event.type === "content_block_delta")
      .map((event) => event.delta.text);
    expect(deltas).toEqual(["a\ud83d", "\ude00b"]);
  });

  it("unknown events, duplicate starts and trailing events leave the text whole", async () => {
    for (const [fault, extra] of [
      ["unknown-event", "telemetry"],
      ["duplicate-start", "message_start"],
      ["trailing-events", "content_block_delta"],
    ] as const) {
      const read = texts((await play({ ...three, fault })).bytes);
      expect(read.text.startsWith("One two three four")).toBe(true);
      expect(read.types.filter((type) => type === extra).length).toBeGreaterThan(
        fault === "duplicate-start" ? 1 : 0,
      );
      await mock.close();
    }
  });
});

describe("the order of replies", () => {
  it("plays `times`, then the next; the last without `times` for ever", async () => {
    mock = await startMock({
      script: [{ status: 503, name: "ServiceUnavailableException", times: 2 }, { text: "ok" }],
    });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await send()).status);
    expect(statuses).toEqual([503, 503, 200, 200]);
    expect(texts((await send()).bytes).text).toBe("ok");
  });

  it("answers by default when the last had `times`", async () => {
    mock = await startMock({ script: [{ fault: "rst-pre", times: 1 }] });
    expect((await send()).ended).toBe("ECONNRESET");
    expect(texts((await send()).bytes).text).toContain("Hello from");
  });

  it("matches by model and path, and leaves the rest alone", async () => {
    mock = await startMock({
      script: [
        { model: "haiku", status: 500 },
        { path: "/foundation-models", status: 403, name: "X" },
      ],
    });
    expect((await send()).status).toBe(200);
    expect((await send("/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/invoke")).status).toBe(500);
  });

  it("plays raw events, waits and frames", async () => {
    const { bytes, ended } = await play({
      events: [
        { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "raw" } },
        { wait: 5 },
        { exception: "modelStreamErrorException", message: "oh", originalStatusCode: 500 },
        { frame: { headers: { ":message-type": "event", ":event-type": "x" }, payload: {} } },
        { wire: "reset" },
      ],
    });
    expect(ended).toBe("ECONNRESET");
    expect(texts(bytes).types).toEqual([
      "content_block_delta",
      "exception:modelStreamErrorException",
      "unreadable",
    ]);
  });
});

it("notes a client that goes away before the end", async () => {
  mock = await startMock({ script: [{ text: "One two three", gap: 60 }] });
  await send(PATH, BODY, 100);
  await expect.poll(() => mock.requests[0]?.closedEarlyAt).toBeTypeOf("number");
});
