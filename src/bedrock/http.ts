// One way out for every request: HTTP/1.1, the user's proxy and certificate authorities, bounded connecting.
import type http from "node:http";
import type { Readable } from "node:stream";
import type { HttpHandlerOptions, HttpRequest, HttpResponse } from "@smithy/types";
import { CbrError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import type { Settings } from "../settings/settings.ts";
import { arrivalsOf } from "./arrivals.ts";
import { type DirectAnswer, directHttp } from "./direct-http.ts";
import { nameOfProxy, proxyFor } from "./proxy.ts";
import { trustOf } from "./trust.ts";

type Http = typeof http;

export interface HttpWay {
  readonly metadata: { handlerProtocol: string };
  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }>;
  /** As `handle`, for a request whose body is a Buffer, by the shortest way there is; its answer is read as it arrives. */
  send(request: HttpRequest, signal: AbortSignal): Promise<DirectAnswer>;
  /** Opens a connection to `url` for the next request to it where none is kept; behind a proxy nothing is opened. Never rejects. */
  warm(url: string): Promise<void>;
  destroy(): void;
}

/**
 * The request handler that every client shares. HTTP/1.1 because the SDK's HTTP/2 handler ends a stream normally when
 * the connection breaks. Throws CbrError `ca_bundle_invalid` before any network when the bundle cannot be used.
 */
export async function httpWay(host: Host, settings: Settings): Promise<HttpWay> {
  const trust = trustOf(host, settings);
  const agentOptions = {
    keepAlive: true,
    // NAT gateways and load balancers of AWS drop a connection silent for 350 s.
    keepAliveMsecs: 60_000,
    maxSockets: 50,
  };
  const trustFor = (isTls: boolean, proxy: string | null) =>
    isTls || proxy?.startsWith("https:") ? trust() : {};
  const agents = new Map<string, http.Agent>();
  const agentFor = async (isTls: boolean, proxy: string | null, module: Http): Promise<http.Agent> => {
    const key = `${isTls} ${proxy}`;
    const known = agents.get(key);
    if (known !== undefined) return known;
    const agent = await newAgent(isTls, proxy, module, {
      ...agentOptions,
      ...(await trustFor(isTls, proxy)),
    });
    agents.set(key, agent);
    return agent;
  };

  const direct = directHttp();
  const connectTimeout = settings.connect_timeout?.value ?? 5000;
  // TLS takes longer to load than plain HTTP, which is all that a local endpoint needs.
  const moduleFor = async (isTls: boolean): Promise<Http> =>
    isTls ? ((await import("node:https")).default as unknown as Http) : (await import("node:http")).default;

  const way: HttpWay = {
    metadata: { handlerProtocol: "http/1.1" },
    async warm(url) {
      try {
        const target = new URL(url);
        const { protocol, hostname, port } = target;
        const isTls = protocol === "https:";
        if (proxyFor(host, url) !== null) return;
        if (await direct?.warm(target, { trust: await trustFor(isTls, null), connectTimeout })) return;
        const agent = await agentFor(isTls, null, await moduleFor(isTls));
        const { warm } = await import("./warm-agent.ts");
        await warm(agent, {
          host: hostname.replace(/^\[(.*)\]$/, "$1"),
          port: Number(port) || (isTls ? 443 : 80),
        });
      } catch {
        // the request itself will say what is wrong
      }
    },
    async send(request, signal) {
      const isTls = request.protocol === "https:";
      if (direct !== null && proxyFor(host, urlOf(request)) === null) {
        try {
          const trust = await trustFor(isTls, null);
          const answer = await direct.send(request, { trust, connectTimeout, signal });
          if (answer !== null) return answer;
        } catch (error) {
          throw withPlace(error, authorityOf(request), null);
        }
      }
      const { response } = await way.handle(request, { abortSignal: signal });
      return { ...response, body: arrivalsOf(response.body as Readable) };
    },
    async handle(request, options) {
      const isTls = request.protocol === "https:";
      const authority = authorityOf(request);
      const proxy = proxyFor(host, urlOf(request));
      try {
        const [module, { sendHttp }] = await Promise.all([moduleFor(isTls), import("./send-http.ts")]);
        // Idle and overall limits are kept by the sender, which knows what it waits for; only connecting is bounded here.
        const response = await sendHttp(request, {
          agent: await agentFor(isTls, proxy, module),
          start: module.request,
          // A tunnel's own TLS takes no notice of the agent's options, which are for the way to the proxy.
          trust: await trustFor(isTls, proxy),
          connectTimeout,
          signal: options?.abortSignal as AbortSignal | undefined,
        });
        const { statusCode, body } = response;
        if (proxy !== null && statusCode === 407) throw refusedByProxy(proxy);
        // A proxy that does not connect answers in the endpoint's place, and outside of TLS: its 403 is not the service's.
        const isOfProxy = isTls && (body as { socket?: { encrypted?: boolean } }).socket?.encrypted !== true;
        if (proxy !== null && isOfProxy) throw tunnelRefused(proxy, authority, statusCode);
        return { response };
      } catch (error) {
        throw withPlace(error, authority, proxy);
      }
    },
    destroy() {
      direct?.destroy();
      for (const agent of agents.values()) agent.destroy();
    },
  };
  return way;
}

function authorityOf({ hostname, port }: HttpRequest): string {
  return port ? `${hostname}:${port}` : hostname;
}

function urlOf(request: HttpRequest): string {
  return `${request.protocol}//${authorityOf(request)}/`;
}

/** Whoever explains the error must know that the proxy, not the endpoint, may be to blame. */
function withPlace(error: unknown, authority: string, proxy: string | null): unknown {
  const proxyName = proxy === null ? {} : { proxy: nameOfProxy(proxy) };
  return error instanceof Error ? Object.assign(error, { endpoint: authority, ...proxyName }) : error;
}

/** The proxy a URL would go through, without its user and password; null when none. Throws CbrError `proxy_failed`. */
export function proxyNameFor(host: Host, url: string): string | null {
  const proxy = proxyFor(host, url);
  return proxy === null ? null : nameOfProxy(proxy);
}

async function newAgent(
  isTls: boolean,
  proxy: string | null,
  module: Http,
  options: http.AgentOptions,
): Promise<http.Agent> {
  if (proxy === null) return new module.Agent(options);
  if (!isTls) {
    const { HttpProxyAgent } = await import("http-proxy-agent");
    return new HttpProxyAgent(proxy, options) as unknown as http.Agent;
  }
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  return new HttpsProxyAgent(proxy, options) as unknown as http.Agent;
}

function tunnelRefused(proxy: string, authority: string, status: number): CbrError {
  const [host = authority] = authority.split(/:\d+$/);
  return new CbrError("proxy_failed", {
    message: `the proxy ${nameOfProxy(proxy)} refused to connect to ${authority} (HTTP ${status})`,
    hint: `ask whoever runs the proxy to allow ${host}, or add it to \`NO_PROXY\``,
    // A gateway's own trouble may pass; a policy does not.
    retryable: status >= 500,
  });
}

function refusedByProxy(proxy: string): CbrError {
  return new CbrError("proxy_failed", {
    message: `the proxy ${nameOfProxy(proxy)} refused: it wants a user and password (HTTP 407)`,
    hint: "check the user and password in the proxy variable, or add the host to `NO_PROXY`",
  });
}
