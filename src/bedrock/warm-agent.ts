// A connection opened ahead of its request: while a person types, DNS, TCP and TLS are done.
import type { Agent } from "node:http";
import type { Duplex } from "node:stream";

type Open = (
  options: Record<string, unknown>,
  done?: (error: Error | null, socket: Duplex) => void,
) => Duplex;

/** Lets `agent` use connections that `warm` opened. */
export function warmable(agent: Agent): (target: { host: string; port: number }) => Promise<void> {
  // `createConnection` is Node's documented place to put one's own socket (http.Agent).
  const own = agent as unknown as { createConnection: Open; options: Record<string, unknown> };
  const open = own.createConnection.bind(agent);
  let ready: { key: string; socket: Duplex } | null = null;
  own.createConnection = (options, done) => {
    const held = ready;
    if (held === null || held.socket.destroyed || held.key !== keyOf(options)) return open(options, done);
    ready = null;
    (held.socket as unknown as { ref?(): void }).ref?.();
    return held.socket;
  };
  return ({ host, port }) =>
    new Promise((resolve) => {
      // A name of a server may not be an address (RFC 6066).
      const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
      const options = { ...own.options, host, port, ...name };
      const socket = open(options);
      ready?.socket.destroy();
      ready = { key: keyOf(options), socket };
      // Nobody waits for it: it must neither hold the program nor bring it down.
      (socket as unknown as { unref?(): void }).unref?.();
      socket.on("error", () => {});
      socket.once("close", resolve);
      socket.once("encrypted" in socket ? "secureConnect" : "connect", () => resolve());
    });
}

function keyOf(options: Record<string, unknown>): string {
  return `${options["host"]}:${options["port"]}`;
}
