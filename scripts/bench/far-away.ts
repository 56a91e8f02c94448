// A way to a server that is as long as one over a network: every byte comes late, and it is counted who connects.
import { connect, createServer, type Socket } from "node:net";

export interface FarAway {
  port: number;
  /** When each connection was asked for, by `performance.now()`. */
  connectedAt: readonly number[];
  close(): void;
}

/** A TCP proxy to `port` of this machine that holds everything back for `oneWay` milliseconds in each direction. */
export async function farAway(port: number, oneWay: number): Promise<FarAway> {
  const connectedAt: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const now = performance.now();
    connectedAt.push(now);
    const far = connect(port, "127.0.0.1");
    // The system accepts at once what would take a round trip: the first bytes leave so much later.
    const establishedAt = now + 2 * oneWay;
    carry(near, far, () => Math.max(performance.now(), establishedAt) + oneWay);
    carry(far, near, () => performance.now() + oneWay);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {
        near.destroy();
        far.destroy();
      });
      socket.on("close", () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the way has no port");
  return {
    port: address.port,
    connectedAt,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** In order, each piece not before the time that `arrival` gives it. */
function carry(from: Socket, to: Socket, arrival: () => number): void {
  let last = Promise.resolve();
  const later = (deliver: () => void) => {
    const at = arrival();
    last = last
      .then(() => new Promise<void>((resolve) => setTimeout(resolve, at - performance.now())))
      .then(deliver);
  };
  from.on("data", (data) => later(() => void (to.destroyed || to.write(data))));
  from.on("end", () => later(() => void to.end()));
}
