// Images and PDFs are told by their content and measured here, so that what Claude would refuse is refused before sending.
import type { Api } from "./claude.ts";
import { CbrError } from "./errors.ts";
import type { ContentBlock, DocumentBlock, ImageBlock } from "./messages.ts";
import { inspectPdf } from "./pdf.ts";

export type ImageType = "image/png" | "image/jpeg" | "image/gif" | "image/webp";
export type MediaType = ImageType | "application/pdf";

export interface MediaLimits {
  /** Tokens; null where unknown: the wider limits hold. */
  contextWindow: number | null;
  api: Api;
  takesImages: boolean;
  takesPdf: boolean;
  /** The model's name, for messages. */
  model: string;
}

const PDF_MAGIC = "%PDF-";

/**
 * The media type that `bytes` begin with, null for anything else. A PDF may have up to 1 KB before its magic, but only
 * when the whole is no text: sources and notes about PDFs name it too.
 */
export function sniffMedia(bytes: Uint8Array): MediaType | null {
  const head = latin1(bytes, 0, 1024 + PDF_MAGIC.length);
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return "image/gif";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "image/webp";
  if (head.startsWith(PDF_MAGIC)) return "application/pdf";
  if (head.includes(PDF_MAGIC) && !isText(bytes)) return "application/pdf";
  return null;
}

/** Width and height in pixels as the header says; null where the header is cut or broken. */
export function imageSize(bytes: Uint8Array, type: ImageType): { width: number; height: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const size = SIZES[type](view);
    return size !== null && size.width > 0 && size.height > 0 ? size : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const SIZES: Record<ImageType, (view: DataView) => { width: number; height: number } | null> = {
  "image/png": (view) =>
    view.getUint32(12) === 0x49484452 ? { width: view.getUint32(16), height: view.getUint32(20) } : null,
  "image/gif": (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) }),
  "image/jpeg": jpegSize,
  "image/webp": webpSize,
};

function jpegSize(view: DataView): { width: number; height: number } | null {
  let at = 2;
  while (view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
    } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    } else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
    } else if (marker === 0xd9 || marker === 0xda) {
      return null;
    } else {
      at += 2 + view.getUint16(at + 2);
    }
  }
  return null;
}

function webpSize(view: DataView): { width: number; height: number } | null {
  switch (view.getUint32(12)) {
    case 0x56503820: // "VP8 "
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 0x5650384c: {
      // "VP8L": two fields of 14 bits
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 0x56503858: // "VP8X": two fields of 24 bits
      return {
        width: (view.getUint16(24, true) | (view.getUint8(26) << 16)) + 1,
        height: (view.getUint16(27, true) | (view.getUint8(29) << 16)) + 1,
      };
    default:
      return null;
  }
}

/**
 * Checks the images and PDFs among `blocks` against what the model and the API take; `names[i]` names `blocks[i]` in
 * messages. Throws CbrError: `parameter_not_supported` where the model cannot see them at all, `bad_image`,
 * `bad_document`, `input_too_large`. The limits are Bedrock's and Anthropic's published ones of November 2026.
 */
export function checkMedia(
  blocks: readonly ContentBlock[],
  limits: MediaLimits,
  names: readonly (string | undefined)[] = [],
): void {
  const images: Named<ImageBlock>[] = [];
  const pdfs: Named<DocumentBlock>[] = [];
  blocks.forEach((block, i) => {
    if (block.type === "image") images.push({ block, name: names[i] ?? `image ${images.length + 1}` });
    else if (block.type === "document" && block.source.type === "base64")
      pdfs.push({ block, name: names[i] ?? block.title ?? `document ${pdfs.length + 1}` });
  });
  const isWide = limits.contextWindow === null || limits.contextWindow >= 1_000_000;
  checkImages(images, limits, isWide);
  checkPdfs(pdfs, limits, isWide);
}

interface Named<B> {
  block: B;
  name: string;
}

/** 64 KiB: nearly every image says its size in there, and megabytes need not be decoded for it. */
const HEAD_CHARACTERS = 87_384;

function checkImages(images: readonly Named<ImageBlock>[], limits: MediaLimits, isWide: boolean): void {
  if (images.length === 0) return;
  if (!limits.takesImages) throw notTaken(limits.model, "images");
  const most = isWide ? 600 : 100;
  if (images.length > most)
    throw new CbrError("input_too_large", {
      message: `${images.length} images are more than the ${most} that ${limits.model} takes in one request`,
    });
  const [largest, largestText] = limits.api === "converse" ? [3_750_000, "3.75 MB"] : [5 * 2 ** 20, "5 MiB"];
  const side = images.length > 20 ? 2000 : 8000;
  for (const { block, name } of images) {
    const { data } = block.source;
    const length = Buffer.byteLength(data, "base64");
    const head = Buffer.from(data.slice(0, HEAD_CHARACTERS), "base64");
    const type = sniffMedia(head);
    if (type !== block.source.media_type)
      throw new CbrError("bad_image", {
        message: `\`${name}\` is declared as ${block.source.media_type} but its content is ${type ?? "something else"}`,
      });
    if (length > largest)
      throw new CbrError("bad_image", {
        message: `the image \`${name}\` has ${megabytes(length)}, more than the ${largestText} an image may have`,
        hint: "make it smaller",
      });
    const size =
      imageSize(head, type as ImageType) ?? imageSize(Buffer.from(data, "base64"), type as ImageType);
    if (size === null)
      throw new CbrError("bad_image", { message: `the image \`${name}\` is cut short or broken` });
    if (size.width > side || size.height > side)
      throw new CbrError("bad_image", {
        message: `the image \`${name}\` is ${size.width}×${size.height} pixels; ${side === 8000 ? "" : "with more than 20 images "}each side may have at most ${side}`,
        hint: "make it smaller",
      });
  }
}

function checkPdfs(pdfs: readonly Named<DocumentBlock>[], limits: MediaLimits, isWide: boolean): void {
  if (pdfs.length === 0) return;
  if (!limits.takesPdf) throw notTaken(limits.model, "PDFs");
  const most = isWide ? 600 : 100;
  let pages = 0;
  for (const { block, name } of pdfs) {
    const bytes = Buffer.from(block.source.data, "base64");
    if (sniffMedia(bytes) !== "application/pdf")
      throw new CbrError("bad_document", { message: `\`${name}\` is declared as a PDF but is none` });
    const facts = inspectPdf(bytes);
    if (facts.isEncrypted)
      throw new CbrError("bad_document", {
        message: `the PDF \`${name}\` is encrypted`,
        hint: "save it without a password first, for example with `qpdf --decrypt`",
      });
    pages += facts.pages ?? 0;
    if (pages > most)
      throw new CbrError("bad_document", {
        message:
          pdfs.length === 1
            ? `the PDF \`${name}\` has ${pages} pages; ${limits.model} takes at most ${most} in one request`
            : `the PDFs up to \`${name}\` have ${pages} pages; ${limits.model} takes at most ${most} in one request`,
        hint: "send fewer pages",
      });
  }
}

function notTaken(model: string, what: string): CbrError {
  return new CbrError("parameter_not_supported", {
    message: `\`--file\`: ${model} does not take ${what}`,
    hint: "use another model, or send it anyway with `--no-check`",
  });
}

/** Bytes as people say them, in decimal units. */
export function megabytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1", from, to);
}
