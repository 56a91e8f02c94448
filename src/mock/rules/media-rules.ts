// Images and documents are looked into as the service looks into them: type by content, size, dimensions, pages.
import { type Fields, isFields, type RuleContext, refuse, refuseExtraKeys } from "./violation.ts";

const IMAGE_TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const IMAGE_BYTES = 5 * 1024 * 1024;
const MOST_PIXELS = 8000;
const MOST_PIXELS_IN_CROWD = 2000;
const CROWD = 20;

export function checkImage(block: Fields, path: string): void {
  const bytes = base64Source(block["source"], `${path}.image.source`, IMAGE_TYPES);
  const claimed = String((block["source"] as Fields)["media_type"]);
  const actual = imageType(bytes);
  if (actual === null) refuse("Could not process image");
  if (actual !== claimed) {
    refuse(
      `${path}.image.source.base64: The image was specified using the ${claimed} media type, but the image appears to be a ${actual} image`,
    );
  }
  if (bytes.length > IMAGE_BYTES) {
    refuse(
      `${path}.image.source.base64: image exceeds 5 MB maximum: ${bytes.length} bytes > ${IMAGE_BYTES} bytes`,
    );
  }
  const size = imageSize(bytes, actual);
  if (size && Math.max(size.width, size.height) > MOST_PIXELS) {
    refuse(
      `${path}.image.source.base64.data: At least one of the image dimensions exceed max allowed size: ${MOST_PIXELS} pixels`,
    );
  }
}

export function checkDocument(block: Fields, path: string, context: RuleContext): void {
  const source = block["source"];
  if (!isFields(source)) refuse(`${path}.document.source: Field required`);
  if (source["type"] === "text") {
    refuseExtraKeys(source, ["type", "media_type", "data"], `${path}.document.source.text`);
    if (source["media_type"] !== "text/plain") {
      refuse(`${path}.document.source.text.media_type: Input should be 'text/plain'`);
    }
    if (typeof source["data"] !== "string" || source["data"] === "") {
      refuse(`${path}.document.source.text.data: String should have at least 1 character`);
    }
    return;
  }
  if (source["type"] === "content") return;
  if (!context.model.pdf) refuse(`${path}.document: documents are not supported on this model`);
  const bytes = base64Source(source, `${path}.document.source`, ["application/pdf"]);
  if (!bytes.subarray(0, 1024).includes("%PDF-")) refuse("The PDF specified was not valid.");
  const most = context.model.context_window > 200_000 ? 600 : 100;
  const pages = bytes.toString("latin1").match(/\/Type\s*\/Page(?![a-zA-Z])/g)?.length ?? 0;
  if (pages > most) refuse(`A maximum of ${most} PDF pages may be provided.`);
}

/** Bedrock takes no URLs and no file ids, only the bytes themselves. */
function base64Source(source: unknown, path: string, types: readonly string[]): Buffer {
  if (!isFields(source)) refuse(`${path}: Field required`);
  if (source["type"] !== "base64") {
    refuse(
      `${path}: Input tag '${String(source["type"])}' found using 'type' does not match any of the expected tags: 'base64'`,
    );
  }
  refuseExtraKeys(source, ["type", "media_type", "data"], `${path}.base64`);
  if (!types.includes(String(source["media_type"]))) {
    const names = types.map((type) => `'${type}'`);
    const last = names.pop();
    refuse(
      `${path}.base64.media_type: Input should be ${names.length > 0 ? `${names.join(", ")} or ` : ""}${last}`,
    );
  }
  const data = source["data"];
  if (typeof data !== "string" || data === "")
    refuse(`${path}.base64.data: String should have at least 1 character`);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data) || data.length % 4 !== 0)
    refuse(`${path}.base64: invalid base64 data`);
  return Buffer.from(data, "base64");
}

/** Limits that hold over the whole conversation. */
export function checkMediaCounts(messages: readonly Fields[], context: RuleContext): void {
  const images: { path: string; bytes: Buffer }[] = [];
  for (const [index, message] of messages.entries()) {
    const content = Array.isArray(message["content"]) ? (message["content"] as Fields[]) : [];
    for (const [at, block] of content.entries()) {
      if (block["type"] !== "image") continue;
      const data = String((block["source"] as Fields)["data"]);
      images.push({ path: `messages.${index}.content.${at}`, bytes: Buffer.from(data, "base64") });
    }
  }
  const most = context.model.context_window > 200_000 ? 600 : 100;
  if (images.length > most) refuse(`messages: too many images and documents: ${images.length} + 0 > ${most}`);
  if (images.length <= CROWD) return;
  for (const { path, bytes } of images) {
    const size = imageSize(bytes, imageType(bytes));
    if (size && Math.max(size.width, size.height) > MOST_PIXELS_IN_CROWD) {
      refuse(
        `${path}.image.source.base64.data: At least one of the image dimensions exceed max allowed size for many-image requests: ${MOST_PIXELS_IN_CROWD} pixels`,
      );
    }
  }
}

function imageType(bytes: Buffer): string | null {
  if (bytes.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"))) return "image/png";
  if (bytes.subarray(0, 3).equals(Buffer.from("ffd8ff", "hex"))) return "image/jpeg";
  if (/^GIF8[79]a/.test(bytes.toString("latin1", 0, 6))) return "image/gif";
  if (bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP")
    return "image/webp";
  return null;
}

function imageSize(bytes: Buffer, type: string | null): { width: number; height: number } | null {
  if (type === "image/png" && bytes.length >= 24) {
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  if (type === "image/gif" && bytes.length >= 10) {
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  }
  return type === "image/jpeg" ? jpegSize(bytes) : null;
}

function jpegSize(bytes: Buffer): { width: number; height: number } | null {
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}
