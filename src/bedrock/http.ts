// One way out for every request: HTTP/1.1, the user's proxy and certificate authorities, bounded connecting.
import { readFileSync } from "node:fs";
import http from "node:http";
import type { HttpHandlerOptions, HttpRequest, HttpResponse } from "@smithy/types";
import { CbrError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import type { Settings } from "../settings/settings.ts";
import { sendHttp } from "./send-http.ts";

export interface HttpWay {
  readonly metadata: { handlerProtocol: string };
  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }>;
  destroy(): void;
}

/**
 * The request handler that every client shares. HTTP/1.1 because the SDK's HTTP/2 handler ends a stream normally when
 * the connection breaks. Throws CbrError `ca_bundle_invalid` before any network when the bundle cannot be used.
 */
export async function httpWay(host: Host, settings: Settings): Promise<HttpWay> {
  const ca = await certificateAuthorities(settings);
  const agentOptions = {
    keepAlive: true,
    // NAT gateways and load balancers of AWS drop a connection silent for 350 s.
    keepAliveMsecs: 60_000,
    maxSockets: 50,
    ...(ca !== null && { ca }),
  };
  const agents = new Map<string, http.Agent>();
  const proxyOf = hasProxy(host) ? await proxyFinder(host) : () => "";
  const proxies = hasProxy(host)
    ? { http: await import("http-proxy-agent"), https: await import("https-proxy-agent") }
    : null;

  const agentFor = (isTls: boolean, proxy: string, module: typeof http | typeof import("node:https")) => {
    const key = `${isTls} ${proxy}`;
    let agent = agents.get(key);
    if (agent === undefined) {
      if (proxy === "" || proxies === null) agent = new module.Agent(agentOptions);
      else if (isTls) agent = new proxies.https.HttpsProxyAgent(proxy, agentOptions) as unknown as http.Agent;
      else agent = new proxies.http.HttpProxyAgent(proxy, agentOptions) as unknown as http.Agent;
      agents.set(key, agent);
    }
    return agent;
  };

  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request, options) {
      const authority = request.port ? `${request.hostname}:${request.port}` : request.hostname;
      const url = `${request.protocol}//${authority}/`;
      try {
        const isTls = request.protocol === "https:";
        // TLS takes longer to load than plain HTTP, which is all that a local endpoint needs.
        const module = isTls ? await import("node:https").then((https) => https.default) : http;
        // Idle and overall limits are kept by the sender, which knows what it waits for; only connecting is bounded here.
        const response = await sendHttp(request, {
          agent: agentFor(isTls, proxyOf(url), module),
          start: module.request,
          connectTimeout: settings.connect_timeout?.value ?? 5000,
          signal: options?.abortSignal as AbortSignal | undefined,
        });
        if (response.statusCode === 407 && proxyOf(url) !== "") {
          throw new CbrError("proxy_failed", {
            message: `the proxy ${new URL(proxyOf(url)).host} refused: it wants a user and password (HTTP 407)`,
            hint: "check the user and password in `HTTPS_PROXY`, or add the host to `NO_PROXY`",
          });
        }
        return { response };
      } catch (error) {
        // Whoever explains the error must know that the proxy, not the endpoint, may be to blame.
        const proxy = proxyOf(url);
        if (proxy !== "" && error instanceof Error) {
          const { protocol, host: name } = new URL(proxy);
          Object.assign(error, { proxy: `${protocol}//${name}` });
        }
        throw error;
      }
    },
    destroy() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** The proxy a URL would go through, without its user and password; null when none. */
export async function proxyNameFor(host: Host, url: string): Promise<string | null> {
  if (!hasProxy(host)) return null;
  const proxy = (await proxyFinder(host))(url);
  if (proxy === "") return null;
  try {
    const { protocol, host: authority } = new URL(proxy);
    return `${protocol}//${authority}`;
  } catch {
    return "(not a URL)";
  }
}

function hasProxy({ env }: Host): boolean {
  return ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].some(
    (name) => env[name] !== undefined,
  );
}

async function proxyFinder({ env }: Host): Promise<(url: string) => string> {
  const { getProxyForUrl } = await import("proxy-from-env");
  return (url) => {
    const proxy = getProxyForUrl(url);
    if (proxy === "") return "";
    // Without a scheme a proxy is HTTP, as in curl; the library would take the request's own scheme.
    const isBare = Object.entries(env).some(
      ([name, value]) =>
        /^(https?|all)_proxy$/i.test(name) && value !== undefined && proxy.endsWith(`://${value}`),
    );
    const named = isBare ? proxy.replace(/^[a-z]+:\/\//i, "http://") : proxy;
    if (!URL.canParse(named)) {
      throw new CbrError("proxy_failed", { message: "the proxy variable is not a URL" });
    }
    return named;
  };
}

async function certificateAuthorities(settings: Settings): Promise<string[] | null> {
  const bundle = settings.ca_bundle;
  if (bundle === null) return null;
  let text: string;
  try {
    text = readFileSync(bundle.value, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : "cannot be read";
    throw new CbrError("ca_bundle_invalid", {
      message: `the CA bundle \`${bundle.value}\` (${bundle.source}) ${reason}`,
      hint: `correct ${bundle.source}`,
    });
  }
  const certificates = text.match(
    /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED )?CERTIFICATE-----/g,
  );
  if (certificates === null) {
    throw new CbrError("ca_bundle_invalid", {
      message: `the CA bundle \`${bundle.value}\` (${bundle.source}) has no PEM certificate`,
      hint: `correct ${bundle.source}`,
    });
  }
  const { rootCertificates } = await import("node:tls");
  return [...rootCertificates, ...certificates];
}
