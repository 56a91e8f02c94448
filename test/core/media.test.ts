import { describe, expect, it } from "vitest";
import { CbrError } from "../../src/core/errors.ts";
import { checkMedia, imageSize, type MediaLimits, sniffMedia } from "../../src/core/media.ts";
import type { ContentBlock } from "../../src/core/messages.ts";
import { gif, jpeg, pdf, png, webp } from "../support/media.ts";

const text = (value: string) => Buffer.from(value);

describe("sniffMedia", () => {
  it.each([
    ["png", png(), "image/png"],
    ["jpeg", jpeg(), "image/jpeg"],
    ["gif", gif(), "image/gif"],
    ["animated gif", gif(1, 1, 3), "image/gif"],
    ["webp", webp("VP8X"), "image/webp"],
    ["pdf", pdf(), "application/pdf"],
    ["pdf after other bytes", pdf({ before: "\x00\x01mail header\n" }), "application/pdf"],
    ["text", text("hello"), null],
    ["nothing", text(""), null],
    ["a note that names the magic", text("a PDF begins with %PDF-1.7"), null],
    ["RIFF that is sound", text("RIFF\0\0\0\0WAVEfmt "), null],
    ["magic too far in", Buffer.concat([Buffer.alloc(1100), pdf()]), null],
  ])("%s", (_, bytes, type) => {
    expect(sniffMedia(bytes)).toBe(type);
  });
});

describe("imageSize", () => {
  it.each([
    ["png", png(3, 5), "image/png"],
    ["jpeg", jpeg(3, 5), "image/jpeg"],
    ["jpeg with 200 KB of metadata first", jpeg(3, 5, 200_000), "image/jpeg"],
    ["gif", gif(3, 5), "image/gif"],
    ["webp, lossy", webp("VP8 ", 3, 5), "image/webp"],
    ["webp, lossless", webp("VP8L", 3, 5), "image/webp"],
    ["webp, extended", webp("VP8X", 3, 5), "image/webp"],
  ] as const)("%s", (_, bytes, type) => {
    expect(imageSize(bytes, type)).toEqual({ width: 3, height: 5 });
  });

  it("reads the largest sizes of each form", () => {
    expect(imageSize(webp("VP8L", 16384, 16384), "image/webp")).toEqual({ width: 16384, height: 16384 });
    expect(imageSize(webp("VP8X", 16_777_216, 9), "image/webp")).toEqual({ width: 16_777_216, height: 9 });
  });

  it("is null for every cut of a header, and never throws", () => {
    for (const [bytes, type, header] of [
      [png(), "image/png", 24],
      [jpeg(), "image/jpeg", 100],
      [gif(), "image/gif", 10],
      [webp("VP8L"), "image/webp", 25],
    ] as const) {
      for (let length = 0; length < header; length++)
        expect(imageSize(bytes.subarray(0, length), type)).toBeNull();
    }
  });

  it("does not take a size of nothing for a size", () => {
    expect(imageSize(gif(0, 5), "image/gif")).toBeNull();
  });
});

describe("checkMedia", () => {
  const limits: MediaLimits = {
    contextWindow: 200_000,
    api: "invoke",
    takesImages: true,
    takesPdf: true,
    model: "Claude",
  };
  const image = (bytes: Buffer, media_type = "image/png"): ContentBlock => ({
    type: "image",
    source: { type: "base64", media_type, data: bytes.toString("base64") },
  });
  const document = (bytes: Buffer): ContentBlock => ({
    type: "document",
    source: { type: "base64", media_type: "application/pdf", data: bytes.toString("base64") },
  });
  const failure = (blocks: ContentBlock[], change: Partial<MediaLimits> = {}, names: string[] = []) => {
    try {
      checkMedia(blocks, { ...limits, ...change }, names);
    } catch (error) {
      if (error instanceof CbrError) return `${error.code} ${error.exitCode}: ${error.message}`;
      throw error;
    }
    return null;
  };
  /** A valid PNG padded with a chunk of its own to `length` bytes. */
  const pngOf = (length: number) => Buffer.concat([png(), Buffer.alloc(length - png().length)]);

  it("passes what Claude takes, text included", () => {
    expect(failure([image(png()), document(pdf({ pages: 100 })), { type: "text", text: "x" }])).toBeNull();
  });

  it("bounds an image's bytes by the API", () => {
    expect(failure([image(pngOf(5 * 2 ** 20))])).toBeNull();
    expect(failure([image(pngOf(5 * 2 ** 20 + 1))], {}, ["big.png"])).toMatch(
      /^bad_image 3: .*`big\.png`.*5 MiB/,
    );
    expect(failure([image(pngOf(3_750_000))], { api: "converse" })).toBeNull();
    expect(failure([image(pngOf(3_750_001))], { api: "converse" })).toMatch(/^bad_image 3: .*3\.75 MB/);
  });

  it("bounds an image's sides, tighter with more than 20 images", () => {
    expect(failure([image(png(8000, 1))])).toBeNull();
    expect(failure([image(png(8001, 1))], {}, ["wide.png"])).toMatch(/`wide\.png` is 8001×1 pixels/);
    const twenty = Array(20).fill(image(png(2001, 1)));
    expect(failure(twenty)).toBeNull();
    expect(failure([...twenty, image(png())])).toMatch(/^bad_image 3: .*more than 20 images.*2000/);
  });

  it("bounds the number of images by the context window", () => {
    expect(failure(Array(100).fill(image(png())))).toBeNull();
    expect(failure(Array(101).fill(image(png())))).toMatch(/^input_too_large 3: 101 images/);
    expect(failure(Array(101).fill(image(png())), { contextWindow: 1_000_000 })).toBeNull();
    expect(failure(Array(601).fill(image(png())), { contextWindow: 1_000_000 })).toMatch(/600/);
    expect(failure(Array(101).fill(image(png())), { contextWindow: null })).toBeNull();
  });

  it("sees the size of a picture behind 200 kB of metadata", () => {
    const block = image(jpeg(9000, 10, 200_000), "image/jpeg");
    expect(failure([block])).toMatch(/^bad_image 3: .*9000×10 pixels/);
    expect(failure([image(jpeg(10, 10, 200_000), "image/jpeg")])).toBeNull();
  });

  it("bounds the pages of all PDFs together", () => {
    expect(failure([document(pdf({ pages: 101 }))], {}, ["long.pdf"])).toMatch(
      /^bad_document 3: the PDF `long\.pdf` has 101 pages/,
    );
    expect(failure([document(pdf({ pages: 60 })), document(pdf({ pages: 60 }))])).toMatch(/120 pages/);
    expect(failure([document(pdf({ pages: 600 }))], { contextWindow: 1_000_000 })).toBeNull();
    expect(failure([document(pdf({ pages: 601 }))], { contextWindow: 1_000_000 })).toMatch(/601 pages/);
  });

  it("refuses an encrypted PDF, a declared type that is not the content's, and what the model cannot see", () => {
    expect(failure([document(pdf({ isEncrypted: true }))])).toMatch(/^bad_document 3: .*encrypted/);
    expect(failure([document(png())])).toMatch(/^bad_document 3/);
    expect(failure([image(jpeg())])).toMatch(
      /^bad_image 3: .*declared as image\/png but its content is image\/jpeg/,
    );
    expect(failure([image(png().subarray(0, 20))])).toMatch(/^bad_image 3: .*cut short/);
    expect(failure([image(png())], { takesImages: false })).toMatch(/^parameter_not_supported 2: .*images/);
    expect(failure([document(pdf())], { takesPdf: false })).toMatch(/^parameter_not_supported 2: .*PDFs/);
  });
});
