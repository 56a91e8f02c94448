// Tiny but valid images and PDFs, made to measure.
import { crc32, deflateSync } from "node:zlib";

/** A grey PNG. */
export function png(width = 1, height = 1): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((width + 1) * height);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(rows)),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A JPEG whose frame header comes after `before` bytes of application data, in segments of at most 64 KB. */
export function jpeg(width = 1, height = 1, before = 0): Buffer {
  const filler: Buffer[] = [];
  for (let left = before; left > 0; left -= 60_000)
    filler.push(jpegSegment(0xe1, Buffer.alloc(Math.min(left, 60_000))));
  const frame = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 1);
  frame.writeUInt16BE(width, 3);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xe0, Buffer.from("JFIF\0\x01\x01\0\0\x01\0\x01\0\0", "latin1")),
    ...filler,
    jpegSegment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 16)])),
    jpegSegment(0xc4, Buffer.from([0, 1, ...Array(15).fill(0), 0])),
    jpegSegment(0xc4, Buffer.from([0x10, 1, ...Array(15).fill(0), 0])),
    jpegSegment(0xc0, frame),
    jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([0x3f, 0xff, 0xd9]),
  ]);
}

function jpegSegment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

/** A GIF of `frames` pictures. */
export function gif(width = 1, height = 1, frames = 1): Buffer {
  const screen = Buffer.alloc(7);
  screen.writeUInt16LE(width, 0);
  screen.writeUInt16LE(height, 2);
  screen[4] = 0x80;
  const picture = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
  return Buffer.concat([
    Buffer.from("GIF89a", "latin1"),
    screen,
    Buffer.from([0, 0, 0, 255, 255, 255]),
    ...Array<Buffer>(frames).fill(picture),
    Buffer.from([0x3b]),
  ]);
}

/** A WebP header of each of the three kinds; the picture itself is not decodable. */
export function webp(kind: "VP8 " | "VP8L" | "VP8X", width = 1, height = 1): Buffer {
  const data = Buffer.alloc(12);
  if (kind === "VP8 ") {
    data.set([0x30, 1, 0, 0x9d, 1, 0x2a]);
    data.writeUInt16LE(width, 6);
    data.writeUInt16LE(height, 8);
  } else if (kind === "VP8L") {
    data[0] = 0x2f;
    data.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 1);
  } else {
    data.writeUIntLE(width - 1, 4, 3);
    data.writeUIntLE(height - 1, 7, 3);
  }
  const head = Buffer.from("RIFF\0\0\0\0WEBP????\0\0\0\0", "latin1");
  head.write(kind, 12, "latin1");
  head.writeUInt32LE(12 + data.length, 4);
  head.writeUInt32LE(data.length, 16);
  return Buffer.concat([head, data]);
}

export interface PdfOptions {
  pages?: number;
  /** Objects in a compressed object stream and the trailer in a cross-reference stream, as since PDF 1.5. */
  isCompressed?: boolean;
  isEncrypted?: boolean;
  /** Bytes before `%PDF-`. */
  before?: string;
}

/** A PDF of empty pages. */
export function pdf({
  pages = 1,
  isCompressed = false,
  isEncrypted = false,
  before = "",
}: PdfOptions = {}): Buffer {
  const kids = Array.from({ length: pages }, (_, i) => `${i + 10} 0 R`).join(" ");
  const objects: [number, string][] = [
    [1, "<< /Type /Catalog /Pages 2 0 R /PageMode /UseNone >>"],
    [2, `<< /Type /Pages /Kids [ ${kids} ] /Count ${pages} /MediaBox [0 0 72 72] >>`],
    ...Array.from({ length: pages }, (_, i): [number, string] => [i + 10, "<< /Type /Page /Parent 2 0 R >>"]),
  ];
  const encrypt = isEncrypted ? " /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 >>" : "";
  return Buffer.from(
    isCompressed ? compressedPdf(before, objects, encrypt) : plainPdf(before, objects, encrypt),
    "latin1",
  );
}

function plainPdf(before: string, objects: readonly [number, string][], encrypt: string): string {
  let file = `${before}%PDF-1.4\n%\xe2\xe3\xcf\xd3\n`;
  const offsets = new Map<number, number>();
  for (const [number, text] of objects) {
    offsets.set(number, file.length);
    file += `${number} 0 obj\n${text}\nendobj\n`;
  }
  const start = file.length;
  file += "xref\n0 1\n0000000000 65535 f \n";
  for (const [number, offset] of offsets)
    file += `${number} 1\n${String(offset).padStart(10, "0")} 00000 n \n`;
  return `${file}trailer\n<< /Size ${Math.max(...offsets.keys()) + 1} /Root 1 0 R${encrypt} >>\nstartxref\n${start}\n%%EOF\n`;
}

function compressedPdf(before: string, objects: readonly [number, string][], encrypt: string): string {
  let offset = 0;
  const pairs = objects.map(([number, text]) => {
    const pair = `${number} ${offset}`;
    offset += text.length + 1;
    return pair;
  });
  const index = `${pairs.join(" ")} `;
  const data = deflateSync(Buffer.from(index + objects.map(([, text]) => text).join("\n"), "latin1"));
  let file = `${before}%PDF-1.5\n%\xe2\xe3\xcf\xd3\n`;
  const container = file.length;
  file += `5 0 obj\n<< /Type /ObjStm /N ${objects.length} /First ${index.length} /Filter /FlateDecode /Length ${data.length} >>\nstream\n`;
  file += `${data.toString("latin1")}\nendstream\nendobj\n`;
  const start = file.length;
  const row = (type: number, a: number, b: number) => [type, a >> 8, a & 255, b];
  const rows = deflateSync(
    Buffer.from([...row(1, container, 0), ...row(1, start, 0), ...objects.flatMap((_, i) => row(2, 5, i))]),
  );
  const sections = `5 2 ${objects.map(([number]) => `${number} 1`).join(" ")}`;
  file += `6 0 obj\n<< /Type /XRef /Size ${Math.max(...objects.map(([n]) => n)) + 1} /Root 1 0 R /W [1 2 1] /Index [${sections}] /Filter /FlateDecode /Length ${rows.length}${encrypt} >>\nstream\n`;
  return `${file}${rows.toString("latin1")}\nendstream\nendobj\nstartxref\n${start}\n%%EOF\n`;
}
