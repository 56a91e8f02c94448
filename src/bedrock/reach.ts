// One look at an endpoint: its name, the connection or the proxy before it, TLS, and the clock behind it.
import { lookup } from "node:dns/promises";
import type { TLSSocket } from "node:tls";
import { HttpRequest } from "@smithy/protocol-http";
import type { EndpointInUse, Reached } from "../core/diagnosis.ts";
import type { Host } from "../host/host.ts";
import { explain } from "./explain.ts";
import { type HttpWay, proxyNameFor } from "./http.ts";

/**
 * Asks the endpoint's root once, without a signature, over the way that every request takes. Any HTTP answer of its own
 * will do. Throws CbrError of exit code 7 naming what is broken: name, connection, proxy, certificate (and its issuer).
 */
export async function reach(
  way: HttpWay,
  { host, region }: { host: Host; region: string },
  endpoint: EndpointInUse,
  signal: AbortSignal,
): Promise<Reached> {
  const url = new URL(endpoint.url);
  try {
    const proxy = proxyNameFor(host, url.href);
    const addresses = proxy === null ? await addressesOf(url.hostname) : [];
    const startedAt = host.elapsed();
    const { response } = await way.handle(rootOf(url) as never, { abortSignal: signal });
    const milliseconds = Math.round(host.elapsed() - startedAt);
    const at = host.now();
    const body = response.body as { socket?: Partial<TLSSocket>; destroy?(): void };
    const issuer = issuerOf(body.socket);
    body.destroy?.();
    const date = Date.parse(response.headers["date"] ?? "");
    return { addresses, proxy, issuer, serviceTime: Number.isNaN(date) ? null : date, at, milliseconds };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw explain(error, { endpoint: endpoint.url, region });
  }
}

async function addressesOf(name: string): Promise<string[]> {
  const found = await lookup(name.replace(/^\[(.*)\]$/, "$1"), { all: true });
  return found.map(({ address }) => address);
}

function rootOf(url: URL): HttpRequest {
  return new HttpRequest({
    method: "GET",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port && { port: Number(url.port) }),
    path: "/",
    headers: { host: url.host },
  });
}

/** Without TLS there is no certificate; a resumed session may not show its own. */
function issuerOf(socket: Partial<TLSSocket> | undefined): string | null {
  const issuer = socket?.getPeerCertificate?.()?.issuer as Record<string, string | string[]> | undefined;
  const name = issuer?.["CN"] ?? issuer?.["O"];
  return name === undefined ? null : [name].flat().join(", ").slice(0, 200);
}
