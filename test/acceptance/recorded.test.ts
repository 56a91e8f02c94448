// Real answers of Bedrock, replayed: the program must say exactly what a decoder of this file's own finds in them.
// CBR_RECORDED names a directory of them, a folder an operation; without it there is nothing to replay.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mockEnvironment } from "../../src/mock/environment.ts";
import { type Exchange, exchangesOf, framesOf, hasRecorded } from "../core/convert/recorded.ts";
import { runInProcess } from "../support/in-process.ts";

const OPERATIONS = {
  InvokeModel: { flags: ["--api", "invoke", "--no-stream"], decode: (body: Buffer) => message(json(body)) },
  InvokeModelWithResponseStream: {
    flags: ["--api", "invoke"],
    decode: (body: Buffer) => messageStream(body),
  },
  Converse: { flags: ["--api", "converse", "--no-stream"], decode: (body: Buffer) => converse(json(body)) },
  ConverseStream: { flags: ["--api", "converse"], decode: (body: Buffer) => converseStream(body) },
} as const;

/** What of an answer must come out as it went in. */
interface Said {
  text: string;
  tools: { id: string; name: string; input: unknown }[];
  stop_reason: string | null;
  usage: (number | undefined)[] | null;
}

let server: Server;
let url: string;
let exchange: Exchange;
beforeAll(async () => {
  server = createServer((request, response) => {
    const { "content-length": _, "transfer-encoding": __, connection: ___, ...headers } = exchange.headers;
    request.resume().on("end", () => response.writeHead(exchange.status, headers).end(exchange.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.skipIf(!hasRecorded)("CBR_RECORDED names a directory of recorded answers", () => {
  expect(Object.keys(OPERATIONS).flatMap(exchangesOf)).not.toEqual([]);
});

describe.skipIf(!hasRecorded).each(Object.entries(OPERATIONS))("%s", (operation, { flags, decode }) => {
  test.each(exchangesOf(operation).map((each) => [each.name, each] as const))("%s", async (_name, each) => {
    exchange = each;
    const { set: env } = mockEnvironment(url, "us-east-1", {});
    const args = ["-m", "opus-4.6", "--global", "--max-attempts", "1", "--json", ...flags, "--", "hi"];
    const run = await runInProcess(["invoke", ...args], env);
    if (each.status >= 300) return expectFailure(run, each);
    const said = decode(each.body);
    if (said === null) {
      expect(run.code).not.toBe(0);
      expect(run.stdout).toBe("");
      return;
    }
    const result = JSON.parse(run.stdout);
    const found: Said = {
      text: result.text,
      tools: result.content.flatMap((block: any) => (block.type === "tool_use" ? [toolOf(block)] : [])),
      stop_reason: result.stop_reason,
      usage: result.usage && numbers(result.usage),
    };
    expect(found).toEqual(said);
    expect(run.code).toBe(said.text.trim() === "" && said.tools.length === 0 ? 9 : 0);
  });
});

function expectFailure(run: { code: number; stdout: string; stderr: string }, { body, status }: Exchange) {
  expect(run.code).not.toBe(0);
  expect(run.stdout).toBe("");
  const { error } = JSON.parse(run.stderr.trim().split("\n").at(-1) ?? "");
  expect(error.aws.status).toBe(status);
  expect(error.message).toContain(json(body)["message"]);
}

function json(bytes: Buffer): any {
  return JSON.parse(bytes.toString());
}

function toolOf({ id, name, input }: any): Said["tools"][number] {
  return { id, name, input };
}

function numbers(usage: any): number[] {
  return [
    usage.input_tokens,
    usage.output_tokens,
    usage.cache_read_input_tokens ?? 0,
    usage.cache_creation_input_tokens ?? 0,
  ];
}

/** null for the answers of text completions, which are no Messages. */
function message(reply: any): Said | null {
  if (reply.type !== "message") return null;
  const blocks: any[] = reply.content;
  return {
    text: blocks.map((block) => block.text ?? "").join(""),
    tools: blocks.filter((block) => block.type === "tool_use").map(toolOf),
    stop_reason: reply.stop_reason,
    usage: numbers(reply.usage),
  };
}

function messageStream(bytes: Buffer): Said | null {
  const events = [...framesOf(bytes)].map(([, frame]) => json(Buffer.from(frame.bytes, "base64")));
  if (!events.some(({ type }) => type === "message_start")) return null;
  const deltas = events.filter(({ type }) => type === "content_block_delta");
  const start = events.find(({ type }) => type === "message_start").message;
  const end = events.find(({ type }) => type === "message_delta");
  const inputOf = (index: number) =>
    deltas.map((event) => (event.index === index ? (event.delta.partial_json ?? "") : "")).join("");
  return {
    text: deltas.map(({ delta }) => delta.text ?? "").join(""),
    tools: events
      .filter((event) => event.content_block?.type === "tool_use")
      .map(({ index, content_block: { id, name } }) => ({
        id,
        name,
        input: JSON.parse(inputOf(index) || "{}"),
      })),
    stop_reason: end.delta.stop_reason,
    usage: numbers({ ...start.usage, ...end.usage }),
  };
}

function converse(reply: any): Said {
  const blocks: any[] = reply.output.message.content;
  return {
    text: blocks.map((block) => block.text ?? citedText(block)).join(""),
    tools: blocks
      .filter((block) => block.toolUse)
      .map(({ toolUse: { toolUseId, name, input } }) => ({ id: toolUseId, name, input })),
    stop_reason: reply.stopReason,
    usage: converseNumbers(reply.usage),
  };
}

function citedText(block: any): string {
  return (block.citationsContent?.content ?? []).map((part: any) => part.text).join("");
}

function converseStream(bytes: Buffer): Said {
  const frames = [...framesOf(bytes)];
  const of = (name: string) => frames.filter(([type]) => type === name).map(([, payload]) => payload);
  const deltas = of("contentBlockDelta");
  const inputOf = (index: number) =>
    deltas
      .map((event) => (event.contentBlockIndex === index ? (event.delta.toolUse?.input ?? "") : ""))
      .join("");
  return {
    text: deltas.map(({ delta }) => delta.text ?? "").join(""),
    tools: of("contentBlockStart")
      .filter(({ start }) => start.toolUse)
      .map(({ contentBlockIndex: index, start: { toolUse } }) => ({
        id: toolUse.toolUseId,
        name: toolUse.name,
        input: JSON.parse(inputOf(index) || "{}"),
      })),
    stop_reason: of("messageStop")[0].stopReason,
    usage: converseNumbers(of("metadata")[0]?.usage),
  };
}

function converseNumbers(usage: any): number[] | null {
  if (!usage) return null;
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens } = usage;
  return [inputTokens, outputTokens, cacheReadInputTokens ?? 0, cacheWriteInputTokens ?? 0];
}
