// HTTP/1.1 over Bun's own sockets, read by the parser that is in Node too (llhttp). Only in the standalone executable:
// loading Bun's `node:http` takes longer than all the rest of a short answer.
import type { HttpRequest } from "@smithy/types";
import { BunConnection, type Target } from "./bun-connection.ts";
import type { DirectHttp, DirectOptions } from "./direct-http.ts";
import { aborted, notConnected, queryOf } from "./http-parts.ts";

/** One connection at a time is kept: a program in a terminal has one conversation. */
export function directHttp(): DirectHttp {
  let kept: { key: string; opening: Promise<BunConnection | null>; connection: BunConnection | null } | null =
    null;
  let isOff = false;

  /** Null where it fails: why, `node:http` will tell. */
  const open = async (target: Target, options: DirectOptions): Promise<BunConnection | null> => {
    const opening = BunConnection.open(target, options.trust);
    const connection = await within(options, opening);
    if (connection === null) isOff = true;
    return connection;
  };
  const takeKept = async (key: string): Promise<BunConnection | null> => {
    const found = kept;
    if (found === null || found.key !== key) return null;
    kept = null;
    const connection = await found.opening;
    if (connection === null || !connection.isUsable()) return null;
    connection.ref();
    return connection;
  };
  const keep = (key: string, connection: BunConnection): void => {
    if (kept !== null) {
      connection.destroy();
      return;
    }
    connection.unref();
    kept = { key, opening: Promise.resolve(connection), connection };
  };

  return {
    async send(request, options) {
      const target = targetOf(request.protocol, request.hostname, request.port);
      const head = headOf(request);
      if (isOff || target === null || head === null) return null;
      if (options.signal?.aborted) throw aborted(options.signal);
      const key = keyOf(target);
      const connection = (await within(options, takeKept(key))) ?? (await open(target, options));
      if (connection === null) return null;
      return connection.exchange(head, request.body, options.signal, () => keep(key, connection));
    },
    async warm({ protocol, hostname, port }, options) {
      const target = targetOf(protocol, hostname, port === "" ? undefined : Number(port));
      if (isOff || target === null) return false;
      const key = keyOf(target);
      if (kept !== null && kept.key === key && kept.connection?.isUsable() !== false) return true;
      kept?.connection?.destroy();
      const opening = BunConnection.open(target, options.trust);
      const mine: typeof kept = { key, opening, connection: null };
      kept = mine;
      const connection = await opening;
      mine.connection = connection;
      // Nobody waits for it.
      connection?.unref();
      if (connection === null && kept === mine) kept = null;
      return connection !== null;
    },
    destroy() {
      kept?.connection?.destroy();
      kept = null;
    },
  };
}

/** The result of `work`, which is left alone when it takes too long. Throws `TimeoutError`, `AbortError`. */
function within<T extends BunConnection | null>(options: DirectOptions, work: Promise<T>): Promise<T> {
  const { connectTimeout: limit, signal } = options;
  return new Promise((resolve, reject) => {
    const giveUp = (error: Error) => {
      end();
      reject(error);
      void work.then((late) => late?.destroy());
    };
    const timer = limit > 0 ? setTimeout(() => giveUp(notConnected(limit)), limit) : undefined;
    const onAbort = () => giveUp(aborted(signal as AbortSignal));
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    void work.then((done) => {
      end();
      resolve(done);
    });
  });
}

/** Null for what is left to `node:http`: over TLS an address, which must not be named as the server (RFC 6066). */
function targetOf(protocol: string, hostname: string, port: number | undefined): Target | null {
  const isTls = protocol === "https:";
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isTls && /^[\d.]+$|:/.test(host)) return null;
  return { host, port: port ?? (isTls ? 443 : 80), isTls };
}

function keyOf({ host, port, isTls }: Target): string {
  return `${isTls} ${host}:${port}`;
}

/** The head of the request; null where something in it may not go into one (`node:http` says what). */
function headOf(request: HttpRequest): string | null {
  const path = request.path + queryOf(request);
  const lines = Object.entries({ ...request.headers, Connection: "keep-alive" });
  const isClean =
    /^[\x21-\x7e]+$/.test(path) &&
    lines.every(([name, value]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value));
  // Its length must be known to whoever reads it.
  const isSimple = request.body instanceof Buffer && request.headers["content-length"] !== undefined;
  if (!isClean || !isSimple) return null;
  return `${request.method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}
