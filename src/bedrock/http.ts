// One way out for every request: HTTP/1.1, the user's proxy and certificate authorities, bounded connecting.
import http from "node:http";
import type { HttpHandlerOptions, HttpRequest, HttpResponse } from "@smithy/types";
import { CbrError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import type { Settings } from "../settings/settings.ts";
import { nameOfProxy, proxyFor } from "./proxy.ts";
import { sendHttp } from "./send-http.ts";
import { trustOf } from "./trust.ts";

export interface HttpWay {
  readonly metadata: { handlerProtocol: string };
  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }>;
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
  const agentFor = async (isTls: boolean, proxy: string | null, module: typeof http): Promise<http.Agent> => {
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

  const moduleFor = async (isTls: boolean): Promise<typeof http> =>
    isTls ? await import("node:https").then((https) => https.default as unknown as typeof http) : http;

  return {
    metadata: { handlerProtocol: "http/1.1" },
    async warm(url) {
      try {
        const { protocol, hostname, port } = new URL(url);
        const isTls = protocol === "https:";
        if (proxyFor(host, url) !== null) return;
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
    async handle(request, options) {
      const isTls = request.protocol === "https:";
      const authority = request.port ? `${request.hostname}:${request.port}` : request.hostname;
      const proxy = proxyFor(host, `${request.protocol}//${authority}/`);
      try {
        // TLS takes longer to load than plain HTTP, which is all that a local endpoint needs.
        const module = await moduleFor(isTls);
        // Idle and overall limits are kept by the sender, which knows what it waits for; only connecting is bounded here.
        const response = await sendHttp(request, {
          agent: await agentFor(isTls, proxy, module),
          start: module.request,
          // A tunnel's own TLS takes no notice of the agent's options, which are for the way to the proxy.
          trust: await trustFor(isTls, proxy),
          connectTimeout: settings.connect_timeout?.value ?? 5000,
          signal: options?.abortSignal as AbortSignal | undefined,
        });
        const { statusCode, body } = response;
        if (proxy !== null && statusCode === 407) throw refusedByProxy(proxy);
        // A proxy that does not connect answers in the endpoint's place, and outside of TLS: its 403 is not the service's.
        const isOfProxy = isTls && (body as { socket?: { encrypted?: boolean } }).socket?.encrypted !== true;
        if (proxy !== null && isOfProxy) throw notConnected(proxy, authority, statusCode);
        return { response };
      } catch (error) {
        // Whoever explains the error must know that the proxy, not the endpoint, may be to blame.
        const proxyName = proxy === null ? {} : { proxy: nameOfProxy(proxy) };
        if (error instanceof Error) Object.assign(error, { endpoint: authority, ...proxyName });
        throw error;
      }
    },
    destroy() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** The proxy a URL would go through, without its user and password; null when none. Throws CbrError `proxy_failed`. */
export function proxyNameFor(host: Host, url: string): string | null {
  const proxy = proxyFor(host, url);
  return proxy === null ? null : nameOfProxy(proxy);
}

async function newAgent(
  isTls: boolean,
  proxy: string | null,
  module: typeof http,
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

function notConnected(proxy: string, authority: string, status: number): CbrError {
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
