// Our signer against the SDK's: every request that we could send gets the same signature from both.
import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect, test } from "vitest";
import { signedHeaders } from "../../src/bedrock/sign.ts";
import fc from "../support/property.ts";

class NodeSha256 {
  #hash: Hash | Hmac;
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }
  update(data: Uint8Array) {
    this.#hash.update(data);
  }
  async digest() {
    return this.#hash.digest();
  }
  reset() {}
}

const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

async function byTheSdk(
  path: string,
  headers: Record<string, string>,
  body: string,
  token: string | null,
  date: Date,
) {
  const signer = new SignatureV4({
    credentials: { ...credentials, ...(token !== null && { sessionToken: token }) },
    region: "eu-central-1",
    service: "bedrock",
    sha256: NodeSha256 as never,
  });
  const request = new HttpRequest({ method: "POST", hostname: "example.com", path, headers, body });
  return (await signer.sign(request, { signingDate: date })).headers;
}

const headerText = fc.string({ unit: fc.constantFrom(..."abc XYZ/-=;:{}\"'  \t"), maxLength: 30 });

test("the headers are those of the SDK's signer, for ids and ARNs, any body, with and without a session token", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.constant("arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2"),
        fc
          .string({ unit: fc.constantFrom(..."abz019.:-_!'()*~ é%"), minLength: 1, maxLength: 30 })
          .filter((id) => !/^\.{1,2}$/.test(id)), // a URL has no such segments
      ),
      fc.string({ unit: "grapheme", maxLength: 200 }),
      headerText,
      fc.option(fc.string({ unit: fc.constantFrom(..."abcXYZ+/="), minLength: 1, maxLength: 50 })),
      fc.date({ min: new Date("2020-01-01"), max: new Date("2090-01-01"), noInvalidDate: true }),
      async (model, body, tag, token, date) => {
        const path = `/model/${encodeURIComponent(model)}/invoke`;
        const headers = {
          host: "example.com:8443",
          "content-type": "application/json",
          "user-agent": "never signed",
          "x-amzn-bedrock-request-metadata": tag,
        };
        const ours = signedHeaders(
          { method: "POST", path, headers, body },
          {
            credentials: { ...credentials, ...(token !== null && { sessionToken: token }) },
            region: "eu-central-1",
            service: "bedrock",
            date,
          },
        );
        expect(ours).toEqual(await byTheSdk(path, headers, body, token, date));
      },
    ),
    { numRuns: 200 },
  );
});
