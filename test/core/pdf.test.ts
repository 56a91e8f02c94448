import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inspectPdf } from "../../src/core/pdf.ts";
import { pdf } from "../support/media.ts";
import fc from "../support/property.ts";

describe("inspectPdf", () => {
  it.each([1, 7, 250])("counts %i pages, plain and compressed", (pages) => {
    expect(inspectPdf(pdf({ pages }))).toEqual({ pages, isEncrypted: false });
    expect(inspectPdf(pdf({ pages, isCompressed: true }))).toEqual({ pages, isEncrypted: false });
  });

  it("sees encryption in a trailer and in a cross-reference stream", () => {
    expect(inspectPdf(pdf({ isEncrypted: true })).isEncrypted).toBe(true);
    expect(inspectPdf(pdf({ isEncrypted: true, isCompressed: true })).isEncrypted).toBe(true);
  });

  it("does not take a page's words for encryption", () => {
    const file = pdf().toString("latin1").replace("xref\n", "30 0 obj\n(/Encrypt 5 0 R)\nendobj\nxref\n");
    expect(inspectPdf(Buffer.from(file, "latin1")).isEncrypted).toBe(false);
  });

  it("takes the newest of an object's versions", () => {
    const update =
      "2 0 obj\n<< /Type /Pages /Kids [] /Count 9 >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n";
    expect(inspectPdf(Buffer.concat([pdf(), Buffer.from(update)])).pages).toBe(9);
  });

  it("follows a count that is an object of its own", () => {
    const file = pdf({ pages: 3 })
      .toString("latin1")
      .replace("/Count 3", "/Count 4 0 R")
      .replace("xref\n", "4 0 obj\n3\nendobj\nxref\n");
    expect(inspectPdf(Buffer.from(file, "latin1")).pages).toBe(3);
  });

  it("leaves the count open where the file does not tell", () => {
    expect(inspectPdf(Buffer.from("%PDF-1.7\nno objects"))).toEqual({ pages: null, isEncrypted: false });
    expect(inspectPdf(pdf({ isCompressed: true }).subarray(0, 100))).toEqual({
      pages: null,
      isEncrypted: false,
    });
  });

  it("is not blown up by a stream that inflates without end", () => {
    const bomb = deflateSync(Buffer.alloc(64 * 2 ** 20));
    const head = `%PDF-1.5\n1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length ${bomb.length} >>\nstream\n`;
    expect(inspectPdf(Buffer.concat([Buffer.from(head), bomb])).pages).toBeNull();
  });

  it("never throws", () => {
    const sample = pdf({ pages: 2, isCompressed: true });
    fc.assert(
      fc.property(fc.nat(sample.length - 1), fc.uint8Array({ maxLength: 20 }), (at, noise) => {
        const bytes = Buffer.from(sample);
        bytes.set(noise.subarray(0, bytes.length - at), at);
        inspectPdf(bytes);
        inspectPdf(bytes.subarray(0, at));
      }),
      { numRuns: 200 },
    );
  });
});
