// Real answers of Bedrock, where CBR_RECORDED names a directory of them. Tests skip where there is none.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Exchange {
  name: string;
  request: { body: string };
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  features: string[];
}

export const RECORDED = process.env["CBR_RECORDED"];
export const hasRecorded = RECORDED !== undefined && existsSync(RECORDED);

/** The recorded exchanges of one operation. */
export function exchangesOf(operation: string): Exchange[] {
  if (!hasRecorded || RECORDED === undefined) return [];
  const folder = join(RECORDED, operation);
  return readdirSync(folder).map((name) => {
    const { request, response, features } = JSON.parse(readFileSync(join(folder, name), "utf8"));
    const headers = Object.fromEntries(
      Object.entries(response.headers as Record<string, string>).map(([key, value]) => [
        key.toLowerCase(),
        value,
      ]),
    );
    return {
      name,
      request,
      status: response.status,
      headers,
      body: Buffer.from(response.body_base64, "base64"),
      features,
    };
  });
}

/** The frames of an event stream: `[event type, JSON payload]`. */
export function* framesOf(bytes: Buffer): Generator<[string, any]> {
  for (let at = 0; at < bytes.length; ) {
    const total = bytes.readUInt32BE(at);
    const headerEnd = at + 12 + bytes.readUInt32BE(at + 4);
    const headers: Record<string, string> = {};
    for (let i = at + 12; i < headerEnd; ) {
      const nameEnd = i + 1 + (bytes[i] as number);
      const valueEnd = nameEnd + 3 + bytes.readUInt16BE(nameEnd + 1);
      headers[bytes.toString("utf8", i + 1, nameEnd)] = bytes.toString("utf8", nameEnd + 3, valueEnd);
      i = valueEnd;
    }
    const type = headers[":event-type"] ?? headers[":exception-type"] ?? "";
    yield [type, JSON.parse(bytes.toString("utf8", headerEnd, at + total - 4))];
    at += total;
  }
}

export async function* streamOf<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

export async function listOf<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
