// Bun closes a connection whose certificate it does not trust before anybody can read who made it. It is read from a
// second connection, on which nothing is sent.
import type { RequestOptions } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { SendOptions } from "./send-http.ts";
import type { Trust } from "./trust.ts";

const LIMIT_MS = 2000;

/** The issuer of a server's certificate, by name; null where it cannot be learned in two seconds. Never rejects. */
export function issuerBySecondLook(
  start: SendOptions["start"],
  options: RequestOptions,
): Promise<string | null> {
  return new Promise((resolve) => {
    const unchecked: RequestOptions & Trust = { ...options, rejectUnauthorized: false };
    // Never ended, and so never sent: only its connection is made.
    const unsent = start(unchecked, () => {});
    const end = (issuer: string | null) => {
      clearTimeout(timer);
      resolve(issuer);
      unsent.destroy();
    };
    const timer = setTimeout(end, LIMIT_MS, null);
    const read = (socket: Socket) => {
      const { CN, O } = (socket as TLSSocket).getPeerCertificate?.()?.issuer ?? {};
      return [CN, O].flat()[0] ?? null;
    };
    unsent.on("error", () => end(null));
    unsent.on("socket", (socket) => {
      // Behind a proxy the connection is made before it is handed over.
      const issuer = read(socket);
      if (issuer !== null) end(issuer);
      else socket.once("secureConnect", () => end(read(socket)));
    });
  });
}
