/** An answer that no Bedrock operation gives: a proxy's page, a redirect, the wrong content type. */
export class ForeignAnswer extends Error {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body, at most 2,000 characters; empty where there is none. */
  readonly text: string;
  /** The content type that a real answer would have had. */
  readonly expected: string;
  /** `host:port` that answered. */
  readonly host: string;
  constructor(details: Omit<ForeignAnswer, keyof Error | typeof Symbol.toStringTag>) {
    super(
      `HTTP ${details.status} with ${details.contentType || "no content type"}, expected ${details.expected}`,
    );
    this.name = "ForeignAnswer";
    this.status = details.status;
    this.contentType = details.contentType;
    this.headers = details.headers;
    this.text = details.text;
    this.expected = details.expected;
    this.host = details.host;
  }
}

/** A stream that is not what the wire format allows; `kind` says how. */
export class StreamFault extends Error {
  readonly kind: "truncated" | "corrupt" | "oversized";
  constructor(kind: "truncated" | "corrupt" | "oversized", message: string) {
    super(message);
    this.name = "StreamFault";
    this.kind = kind;
  }
}
