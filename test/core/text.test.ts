import { describe, expect, it } from "vitest";
import { CbrError } from "../../src/core/errors.ts";
import { decodeText, firstInvalidUtf8 } from "../../src/core/text.ts";
import fc from "../support/property.ts";

function failure(bytes: number[]): string {
  try {
    decodeText(Uint8Array.from(bytes), "`x`");
  } catch (error) {
    if (error instanceof CbrError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
}

describe("decodeText", () => {
  it("keeps CRLF and drops a byte order mark", () => {
    expect(decodeText(Buffer.from("\ufeffa\r\nü"), "x")).toEqual({ text: "a\r\nü", encoding: "utf-8" });
  });

  it("decodes UTF-16 in both byte orders", () => {
    const little = Buffer.from("\ufeffgrün 😀", "utf16le");
    expect(decodeText(little, "x")).toEqual({ text: "grün 😀", encoding: "utf-16le" });
    expect(decodeText(Buffer.from(little).swap16(), "x")).toEqual({ text: "grün 😀", encoding: "utf-16be" });
  });

  it("refuses NUL and invalid bytes, saying where", () => {
    expect(failure([0x61, 0, 0x62])).toBe("binary_input: `x` looks binary (NUL at byte 1)");
    expect(failure([0x61, 0xff])).toBe("invalid_utf8: `x` is not UTF-8 (bad byte at offset 1)");
    expect(failure([0x61, 0x62, 0xe2, 0x82])).toBe("invalid_utf8: `x` is not UTF-8 (bad byte at offset 2)");
  });

  it.each([[[0xff, 0xfe]], [[0xfe, 0xff]]])("refuses the mark of UTF-16 alone: %j", (bytes) => {
    expect(() => decodeText(Buffer.from(bytes), "stdin")).toThrow(/^stdin is not UTF-8/);
  });

  it("refuses UTF-32 and broken UTF-16", () => {
    expect(failure([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])).toBe("binary_input: `x` looks binary (NUL at byte 2)");
    expect(failure([0xff, 0xfe, 0x61])).toMatch(/^invalid_utf8/);
    expect(failure([0xff, 0xfe, 0x00, 0xd8])).toMatch(/^invalid_utf8/);
  });
});

describe("firstInvalidUtf8", () => {
  it("agrees with the platform's decoder on what is valid", () => {
    const isValid = (bytes: Uint8Array) => {
      try {
        new TextDecoder("utf-8", { fatal: true }).decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    const byte = fc.oneof(
      fc.nat(255),
      fc.constantFrom(0xc0, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 6 }), (list) => {
        const bytes = Uint8Array.from(list);
        const at = firstInvalidUtf8(bytes);
        expect(at === -1).toBe(isValid(bytes));
        if (at !== -1) expect(isValid(bytes.subarray(0, at))).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
});
