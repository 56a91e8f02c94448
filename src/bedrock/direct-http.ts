// A shorter way than `node:http` for a request that goes straight to the endpoint, where the runtime has one.
import type { HttpRequest } from "@smithy/types";
import type { Trust } from "./trust.ts";

export interface DirectAnswer {
  statusCode: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
}

export interface DirectOptions {
  trust: Trust;
  /** Milliseconds for connecting, its TLS included; 0 is off. */
  connectTimeout: number;
  signal?: AbortSignal | undefined;
}

export interface DirectHttp {
  /**
   * Resolves with the answer's head, or with null where nothing was sent and `node:http` should do it: it says better
   * than anybody why a connection fails. Throws as `sendHttp` does.
   */
  send(request: HttpRequest, options: DirectOptions): Promise<DirectAnswer | null>;
  /** Opens a connection for the next request to the same place, where there is none. False where it cannot. Never rejects. */
  warm(url: URL, options: DirectOptions): Promise<boolean>;
  destroy(): void;
}

/** Null: Node has no other way. The build of the standalone executable puts `bun-http.ts` in this file's place. */
export function directHttp(): DirectHttp | null {
  return null;
}
