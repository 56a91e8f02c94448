// How many pages a PDF has and whether it is encrypted, without a PDF library: half a megabyte of code for two facts.
// It reads every object of the file as a repairing reader does, and leaves the count open where it cannot tell.
import { inflateSync } from "node:zlib";

export interface PdfFacts {
  /** null where the file does not tell in a way this reader understands. */
  pages: number | null;
  isEncrypted: boolean;
}

// A hostile file may inflate to anything.
const INFLATE_LIMIT = 32 * 2 ** 20;
const INFLATE_LIMIT_ALL = 4 * INFLATE_LIMIT;

interface PdfObject {
  /** What is known of the object: its dictionary, without the stream that may follow. */
  text: string;
  /** What follows `stream`, up to the next object. */
  stream: string | null;
}

/** Reads what `bytes`, a PDF, say of themselves (ISO 32000-1 §7.5). Never throws, whatever the bytes. */
export function inspectPdf(bytes: Uint8Array): PdfFacts {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const objects = directObjects(file);
  const trailers = [
    ...[...file.matchAll(/\btrailer\b/g)].map(
      ({ index }) => file.slice(index, index + 4096).split("startxref")[0] ?? "",
    ),
    ...objects.filter(([, object]) => /\/Type\s*\/XRef\b/.test(object.text)).map(([, object]) => object.text),
  ];
  const isEncrypted = trailers.some((trailer) => /\/Encrypt\s*(\d+\s+\d+\s+R\b|<<)/.test(trailer));
  return { pages: isEncrypted ? null : pageCount(objects, trailers), isEncrypted };
}

function directObjects(file: string): [number, PdfObject][] {
  const starts = [...file.matchAll(/(\d{1,10})\s+\d{1,5}\s+obj\b/g)];
  return starts.map((match, i) => {
    const body = file.slice(match.index + match[0].length, starts[i + 1]?.index);
    const stream = /\bstream\r?\n/.exec(body);
    const text = stream === null ? body : body.slice(0, stream.index);
    return [
      Number(match[1]),
      { text, stream: stream === null ? null : body.slice(stream.index + stream[0].length) },
    ];
  });
}

function pageCount(direct: readonly [number, PdfObject][], trailers: readonly string[]): number | null {
  const objects = new Map<number, string>();
  let left = INFLATE_LIMIT_ALL;
  for (const [number, object] of direct) {
    objects.set(number, object.text);
    if (object.stream === null || left <= 0 || !/\/Type\s*\/ObjStm\b/.test(object.text)) continue;
    const inner = inflate(object);
    left -= inner.length;
    for (const [innerNumber, text] of compressedObjects(object.text, inner)) objects.set(innerNumber, text);
  }
  const root = trailers.map((trailer) => reference(trailer, "Root")).findLast((number) => number !== null);
  const catalog =
    (root === undefined || root === null ? undefined : objects.get(root)) ??
    [...objects.values()].findLast((text) => /\/Type\s*\/Catalog\b/.test(text));
  const tree = catalog === undefined ? null : reference(catalog, "Pages");
  const pages = tree === null ? undefined : objects.get(tree);
  if (pages === undefined) return null;
  const indirect = reference(pages, "Count");
  const count = indirect === null ? /\/Count\s+(\d+)/.exec(pages)?.[1] : objects.get(indirect)?.trim();
  const value = Number.parseInt(count ?? "", 10);
  return Number.isNaN(value) ? null : value;
}

function inflate(object: PdfObject): string {
  const stream = object.stream ?? "";
  const length = /\/Length\s+(\d+)(?!\s+\d+\s+R)\b/.exec(object.text)?.[1];
  const data = stream.slice(0, length === undefined ? stream.lastIndexOf("endstream") : Number(length));
  if (!object.text.includes("/Filter")) return data;
  try {
    return inflateSync(Buffer.from(data, "latin1"), { maxOutputLength: INFLATE_LIMIT }).toString("latin1");
  } catch {
    return "";
  }
}

/** An object stream begins with pairs of object number and offset from `/First` (ISO 32000-1 §7.5.7). */
function compressedObjects(dictionary: string, content: string): [number, string][] {
  const first = Number(/\/First\s+(\d+)/.exec(dictionary)?.[1] ?? Number.NaN);
  const numbers =
    content
      .slice(0, first || 0)
      .match(/\d+/g)
      ?.map(Number) ?? [];
  const result: [number, string][] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const end = numbers[i + 3];
    result.push([
      numbers[i]!,
      content.slice(first + numbers[i + 1]!, end === undefined ? undefined : first + end),
    ]);
  }
  return result;
}

function reference(text: string, key: string): number | null {
  const match = new RegExp(`/${key}\\s+(\\d+)\\s+\\d+\\s+R\\b`).exec(text);
  return match ? Number(match[1]) : null;
}
