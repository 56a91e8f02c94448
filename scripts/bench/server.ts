// The one local Bedrock that everything in the benchmark talks to: answers made beforehand, so that it costs little and
// costs everybody the same. The first part of the path chooses the answer. Given a key and a certificate it speaks TLS.
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { eventFrame } from "../../src/mock/frames.ts";

const MANY_EVENTS = 100_000;
const BIG_ANSWER = 50 * 1024 * 1024;
const TOKENS = 100;
const TOKEN_GAP_MS = 10;

const HEAD = [
  chunk({
    type: "message_start",
    message: {
      id: "msg_bench",
      type: "message",
      role: "assistant",
      model: "claude-sonnet-4-5",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 9, output_tokens: 1 },
    },
  }),
  chunk({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
];
const TAIL = [
  chunk({ type: "content_block_stop", index: 0 }),
  chunk({
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 2 },
  }),
  chunk({
    type: "message_stop",
    "amazon-bedrock-invocationMetrics": {
      inputTokenCount: 9,
      outputTokenCount: 2,
      invocationLatency: 1,
      firstByteLatency: 1,
    },
  }),
];
const WHOLE = JSON.stringify({
  id: "msg_bench",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content: [{ type: "text", text: "Hello world" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 9, output_tokens: 2 },
});
const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/bench</Arn><UserId>AIDABENCH</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;

const [key, cert] = process.argv.slice(2).map((path) => readFileSync(path));
const onRequest: http.RequestListener = (request, response) => {
  request.resume();
  request.on("end", () => void answer(request.url ?? "/", response));
};
const server = key && cert ? https.createServer({ key, cert }, onRequest) : http.createServer(onRequest);
// Node's own 5 s would end the connections of a conversation; AWS holds them for minutes.
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") process.stdout.write(`${address.port}\n`);
});

async function answer(path: string, response: http.ServerResponse): Promise<void> {
  response.setHeader("x-amzn-requestid", "00000000-0000-0000-0000-000000000000");
  if (path.endsWith("/invoke")) {
    response.setHeader("content-type", "application/json");
    response.end(WHOLE);
  } else if (path.endsWith("/invoke-with-response-stream")) {
    response.setHeader("content-type", "application/vnd.amazon.eventstream");
    response.setHeader("x-amzn-bedrock-content-type", "application/json");
    await stream(path.split("/")[1] ?? "", response);
  } else {
    response.setHeader("content-type", "text/xml");
    response.end(IDENTITY);
  }
}

async function stream(scenario: string, response: http.ServerResponse): Promise<void> {
  switch (scenario) {
    case "many":
      response.write(Buffer.concat(HEAD));
      await repeat(response, textDelta("word "), MANY_EVENTS);
      response.end(Buffer.concat(TAIL));
      return;
    case "big": {
      const text = "0123456789abcde\n".repeat(256);
      response.write(Buffer.concat(HEAD));
      await repeat(response, textDelta(text), BIG_ANSWER / text.length);
      response.end(Buffer.concat(TAIL));
      return;
    }
    case "tokens":
      response.write(Buffer.concat(HEAD));
      for (let i = 0; i < TOKENS; i++) {
        await new Promise((resolve) => setTimeout(resolve, TOKEN_GAP_MS));
        response.write(textDelta(`${process.hrtime.bigint()}\n`));
      }
      response.end(Buffer.concat(TAIL));
      return;
    default:
      for (const part of [...HEAD, textDelta("Hello"), textDelta(" world"), ...TAIL]) response.write(part);
      response.end();
  }
}

/** Writes `frame` so many times, in pieces of about 64 KiB, no faster than the reader takes it. */
async function repeat(response: http.ServerResponse, frame: Buffer, times: number): Promise<void> {
  const each = Math.max(1, Math.floor(65_536 / frame.length));
  const piece = Buffer.concat(Array.from({ length: each }, () => frame));
  for (let sent = 0; sent < times; sent += each) {
    const count = Math.min(each, times - sent);
    const hasRoom = response.write(count === each ? piece : piece.subarray(0, count * frame.length));
    if (!hasRoom) await new Promise((resolve) => response.once("drain", resolve));
    if (response.destroyed) return;
  }
}

function textDelta(text: string): Buffer {
  return chunk({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
}

function chunk(event: object): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString("base64");
  // Bedrock pads its chunks with `p`.
  return eventFrame("chunk", JSON.stringify({ bytes, p: "abcdefgh" }));
}
