// A connection opened ahead of its request: while a person types, DNS, TCP and TLS are done.
import type { Agent } from "node:http";
import type { Duplex } from "node:stream";

type Open = (
  options: Record<string, unknown>,
  done?: (error: Error | null, socket: Duplex) => void,
) => Duplex;

type Warm = (target: { host: string; port: number }) => Promise<void>;

const known = new WeakMap<Agent, Warm>();

/** Opens a connection that the next request of `agent` will use; does nothing where it has one already. */
export function warm(agent: Agent, target: { host: string; port: number }): Promise<void> {
  let open = known.get(agent);
  if (open === undefined) {
    open = warmable(agent);
    known.set(agent, open);
  }
  return open(target);
}

function warmable(agent: Agent): Warm {
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
      const isReady = ready !== null && !ready.socket.destroyed && ready.key === `${host}:${port}`;
      if (isReady || hasSocket(agent, `${host}:${port}:`)) return resolve();
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

/** Busy ones count: what ends an answer may be still on its way. */
function hasSocket({ sockets, freeSockets }: Agent, start: string): boolean {
  return Object.keys({ ...sockets, ...freeSockets }).some((name) => name.startsWith(start));
}

function keyOf(options: Record<string, unknown>): string {
  return `${options["host"]}:${options["port"]}`;
}
