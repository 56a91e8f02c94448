// One look at an endpoint: its name, the connection or the proxy before it, TLS, and the clock behind it.
import { lookup } from "node:dns/promises";
import http, { type ClientRequest } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { HttpRequest } from "@smithy/protocol-http";
import type { EndpointInUse, Reached } from "../core/diagnosis.ts";
import { CbrError } from "../core/errors.ts";
import { hostOf } from "../core/failures/words.ts";
import type { Host } from "../host/host.ts";
import type { Settings } from "../settings/settings.ts";
import { explain } from "./explain.ts";
import type { HttpWay } from "./http.ts";
import { nameOfProxy, proxyFor } from "./proxy.ts";

interface Place {
  host: Host;
  settings: Settings;
  region: string;
}

/**
 * Asks the endpoint's root once, without a signature, over the way that every request takes. Throws CbrError of exit code
 * 7 naming what is broken: name, connection, proxy, certificate (and its issuer).
 */
export async function reach(
  way: HttpWay,
  place: Place,
  endpoint: EndpointInUse,
  signal: AbortSignal,
): Promise<Reached> {
  const url = new URL(endpoint.url);
  const isTls = url.protocol === "https:";
  const facts = { endpoint: endpoint.url, region: place.region };
  try {
    const through = proxyFor(place.host, url.href);
    const proxy = through === null ? null : nameOfProxy(through);
    const addresses = proxy === null ? await addressesOf(url.hostname) : [];
    const startedAt = place.host.elapsed();
    const { response } = await way.handle(rootOf(url) as never, { abortSignal: signal });
    const milliseconds = Math.round(place.host.elapsed() - startedAt);
    const at = place.host.now();
    const body = response.body as { socket?: Partial<TLSSocket>; destroy?(): void };
    // A proxy that refuses to connect answers in the endpoint's place, and outside of TLS.
    if (isTls && proxy !== null && body.socket?.encrypted !== true) {
      throw new CbrError("proxy_failed", {
        message: `the proxy ${hostOf(proxy)} refused to connect to ${hostOf(endpoint.url)} (HTTP ${response.statusCode})`,
        hint: `ask whoever runs the proxy to allow ${url.hostname}, or add it to \`NO_PROXY\``,
      });
    }
    const issuer = isTls
      ? issuerOf(body.socket?.getPeerCertificate?.() as PeerCertificate | undefined)
      : null;
    const date = Date.parse(response.headers["date"] ?? "");
    body.destroy?.();
    return { addresses, proxy, issuer, serviceTime: Number.isNaN(date) ? null : date, at, milliseconds };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const failure = explain(error, facts);
    if (failure.code !== "tls_untrusted") throw failure;
    throw withIssuer(failure, await untrustedIssuer(place.host, url, signal).catch(() => null));
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

function withIssuer(failure: CbrError, issuer: string | null): CbrError {
  if (issuer === null) return failure;
  return new CbrError("tls_untrusted", {
    message: `${failure.message}; it was issued by \`${issuer}\``,
    hint: `if \`${issuer}\` is your company's, give its certificate with \`--ca-bundle PATH\` or \`AWS_CA_BUNDLE\`; if not, somebody is reading along`,
    cause: failure.cause,
  });
}

/** Shakes hands once more without checking, and says nothing: only to name who issued the certificate. */
async function untrustedIssuer(host: Host, url: URL, signal: AbortSignal): Promise<string | null> {
  const proxy = proxyFor(host, url.href);
  const port = Number(url.port || 443);
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const under = proxy === null ? undefined : await tunnel(new URL(proxy), `${url.hostname}:${port}`, signal);
  const isName = !/^[\d.]+$|:/.test(name);
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...(under === undefined ? { host: name, port } : { socket: under }),
      ...(isName && { servername: name }),
      rejectUnauthorized: false,
    });
    const stop = () => socket.destroy(new Error("aborted"));
    signal.addEventListener("abort", stop, { once: true });
    socket.on("error", reject);
    socket.on("close", () => {
      signal.removeEventListener("abort", stop);
      reject(new Error("closed"));
    });
    socket.on("secureConnect", () => {
      resolve(issuerOf(socket.getPeerCertificate()));
      socket.destroy();
    });
  });
}

function tunnel(proxy: URL, authority: string, signal: AbortSignal): Promise<Socket> {
  const { request } = proxy.protocol === "https:" ? https : http;
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return new Promise((resolve, reject) => {
    const asking: ClientRequest = request({
      host: proxy.hostname,
      port: proxy.port,
      method: "CONNECT",
      path: authority,
      agent: false,
      signal,
      headers: {
        host: authority,
        ...(proxy.username && { "proxy-authorization": `Basic ${Buffer.from(user).toString("base64")}` }),
      },
    });
    asking.on("connect", (_answer, socket) => resolve(socket));
    asking.on("response", () => reject(new Error("the proxy refused")));
    asking.on("error", reject);
    asking.end();
  });
}

function issuerOf(certificate: PeerCertificate | undefined): string | null {
  const issuer = certificate?.issuer as Record<string, string | string[] | undefined> | undefined;
  const name = issuer?.["CN"] ?? issuer?.["O"];
  return name === undefined ? null : [name].flat().join(", ").slice(0, 200);
}
