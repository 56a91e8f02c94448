// What both ways of sending a request share.
import type { HttpRequest } from "@smithy/types";

/** NAT gateways and load balancers of AWS drop a connection silent for 350 s. */
export const KEEP_ALIVE_MS = 60_000;

/** The query of a request with its question mark, sorted by name as a signature has it; empty for none. */
export function queryOf({ query }: HttpRequest): string {
  const pairs = Object.entries(query ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) =>
      value === null
        ? [encodeURIComponent(name)]
        : [value].flat().map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(each)}`),
    );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** What a request throws that could not connect within `limit` ms. */
export function notConnected(limit: number): Error {
  return Object.assign(new Error(`the socket did not establish a connection within ${limit} ms`), {
    name: "TimeoutError",
    connectLimit: limit,
  });
}

/** What a request throws whose connection the other side has ended. */
export function reset(message: string): Error {
  return Object.assign(new Error(message), { code: "ECONNRESET" });
}

/** What a request throws that its signal has ended. */
export function aborted({ reason }: AbortSignal): Error {
  return Object.assign(new Error("Request aborted", { cause: reason }), { name: "AbortError" });
}
