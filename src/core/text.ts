// Bytes that claim to be text, turned into text or refused: a replaced character would be a silent lie to Claude.
import { CbrError } from "./errors.ts";

export interface DecodedText {
  text: string;
  /** What the bytes were; only a byte order mark makes them anything but UTF-8. */
  encoding: "utf-8" | "utf-16le" | "utf-16be";
}

/**
 * Decodes UTF-8, or UTF-16 with its byte order mark (PowerShell 5 writes it); the mark is dropped, line ends are kept.
 * `name` is what the bytes are called in messages. Throws CbrError `binary_input` at a NUL, `invalid_utf8` with the
 * offset of the first bad byte.
 */
export function decodeText(bytes: Uint8Array, name: string): DecodedText {
  const encoding = byteOrder(bytes);
  if (encoding === "utf-8") {
    const nul = bytes.indexOf(0);
    if (nul !== -1) throw binary(name, nul);
  }
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw encoding === "utf-8"
      ? new CbrError("invalid_utf8", {
          message: `${name} is not UTF-8 (bad byte at offset ${firstInvalidUtf8(bytes)})`,
        })
      : new CbrError("invalid_utf8", { message: `${name} begins as UTF-16 but is not` });
  }
  // Two bytes alone are rather the head of something else than a text that says nothing.
  if (encoding !== "utf-8" && text === "") {
    throw new CbrError("invalid_utf8", {
      message: `${name} is not UTF-8, and nothing follows its UTF-16 mark`,
    });
  }
  const nul = encoding === "utf-8" ? -1 : text.indexOf("\0");
  if (nul !== -1) throw binary(name, 2 + nul * 2);
  return { text, encoding };
}

/** Where the first byte stands that cannot be part of UTF-8, or that begins a sequence cut short; -1 for none. */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at]!;
    if (first < 0x80) {
      at++;
      continue;
    }
    const length =
      first >= 0xc2 && first <= 0xdf ? 2 : first >> 4 === 0xe ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
    if (length === 0 || at + length > bytes.length) return at;
    const second = bytes[at + 1]!;
    // Overlong forms, surrogates and code points above U+10FFFF are told by the second byte.
    const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return at;
    for (let i = 2; i < length; i++) if (bytes[at + i]! >> 6 !== 2) return at;
    at += length;
  }
  return -1;
}

function byteOrder(bytes: Uint8Array): DecodedText["encoding"] {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return "utf-8";
}

function binary(name: string, offset: number): CbrError {
  return new CbrError("binary_input", {
    message: `${name} looks binary (NUL at byte ${offset})`,
    hint: "text, png, jpeg, gif, webp and pdf can be sent; an image or PDF goes with `-f`",
  });
}
