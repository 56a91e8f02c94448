// One signed-in way to AWS for one region: who we are, where the endpoints are, and the shared connection pool.
import type { AwsCredentialIdentity } from "@smithy/types";
import { CbrError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { bearerToken } from "../settings/bearer.ts";
import { type EndpointService, endpointFor } from "../settings/endpoints.ts";
import type { Settings } from "../settings/settings.ts";
import { type CredentialsSource, credentialsSource, type OfferLogin } from "./credentials.ts";
import { type HttpWay, httpWay, proxyNameFor } from "./http.ts";
import { withoutPages } from "./no-pages.ts";
import { switchesOffTlsChecks } from "./trust.ts";

export interface BedrockSession {
  readonly host: Host;
  readonly settings: Settings;
  readonly region: string;
  readonly auth: "sigv4" | "bearer";
  readonly http: HttpWay;
  readonly credentials: CredentialsSource;
  /** The Bedrock API key, where `auth` is bearer. */
  readonly token: string | null;
  /** Milliseconds to add to our clock; set when the service's `Date` showed that ours is off. */
  clockOffset: number;
  /** The endpoint configured for a service, null for AWS's own. Throws `insecure_endpoint` for a token over plain HTTP. */
  endpoint(service: EndpointService): string | null;
  /** What the constructor of every SDK client gets. */
  clientConfig(service: EndpointService): Record<string, unknown>;
}

export interface SessionOptions {
  host: Host;
  settings: Settings;
  region: string;
  askMfa: (serial: string) => Promise<string>;
  offerLogin?: OfferLogin | undefined;
  /** A command's `--endpoint-url` belongs to its main service only. */
  mainService: EndpointService;
  /** STS never takes a bearer token. */
  auth?: "sigv4";
  /** Tells the user something once: an endpoint that is not AWS's, checks that are switched off. */
  say: (kind: "warning" | "notice" | "verbose", code: string, message: string) => void;
  /** Gets what goes over the wire, without bodies; none where nobody wants to know. */
  trace?: ((text: string) => void) | undefined;
  /** Those of another session, so that nothing is fetched and nobody asked twice. */
  credentials?: CredentialsSource;
}

/** Opens a session. Reads no credentials yet. Throws CbrError for settings that cannot work. */
export async function openSession(options: SessionOptions): Promise<BedrockSession> {
  const { host, settings, region } = options;
  silenceNodeNotice(host);
  const auth = options.auth ?? authOf(settings);
  const isUnchecked = switchesOffTlsChecks(host);
  if (isUnchecked && auth === "bearer") {
    throw new CbrError("insecure_endpoint", {
      message:
        "refusing to send a bearer token while `NODE_TLS_REJECT_UNAUTHORIZED=0` switches off the checks of certificates",
      hint: "unset `NODE_TLS_REJECT_UNAUTHORIZED`; give the CA with `--ca-bundle PATH`",
    });
  }
  if (isUnchecked) {
    options.say(
      "warning",
      "tls_unchecked",
      "`NODE_TLS_REJECT_UNAUTHORIZED=0`: certificates are not checked, anyone on the way can read along; `--ca-bundle PATH` is the safe way",
    );
  }
  let way = await httpWay(host, settings);
  if (options.trace !== undefined) {
    const { traced } = await import("./trace-http.ts");
    way = traced(way, options.trace, host.elapsed);
  }
  const token = auth === "bearer" ? bearerToken(settings) : null;
  const credentials =
    options.credentials ??
    credentialsSource({
      host,
      settings,
      clientConfig: { region, requestHandler: way },
      askMfa: options.askMfa,
      offerLogin: options.offerLogin,
    });
  const session: BedrockSession = {
    host,
    settings,
    region,
    auth,
    http: way,
    credentials,
    token,
    clockOffset: 0,
    endpoint(service) {
      const endpoint = endpointFor(service, settings, options.mainService);
      if (endpoint === null) return null;
      if (auth === "bearer") refusePlainHttp(host, endpoint);
      if (!isLoopback(endpoint.value) && !isOfAws(endpoint.value)) {
        options.say("notice", "endpoint", `endpoint: ${endpoint.value} (${endpoint.source})`);
      }
      return endpoint.value;
    },
    clientConfig(service) {
      const endpoint = session.endpoint(service);
      return {
        region,
        requestHandler: withoutPages(way),
        maxAttempts: 1,
        retryMode: "standard",
        defaultsMode: "standard",
        systemClockOffset: session.clockOffset,
        logger: SILENT,
        // An endpoint of the user's own is what it is; the SDK would refuse the two together.
        useFipsEndpoint: endpoint === null && (settings.use_fips_endpoint?.value ?? false),
        useDualstackEndpoint: endpoint === null && (settings.use_dualstack_endpoint?.value ?? false),
        ...(endpoint !== null && { endpoint }),
        ...(auth === "bearer"
          ? { token: { token: token ?? "" }, authSchemePreference: ["httpBearerAuth"] }
          : {
              credentials: (): Promise<AwsCredentialIdentity> => credentials.get(),
              authSchemePreference: ["sigv4"],
            }),
      };
    },
  };
  return session;
}

/** `auto` prefers a bearer token where there is one, as the SDKs do. Throws when bearer is asked for and there is none. */
export function authOf(settings: Settings): "sigv4" | "bearer" {
  const mode = settings.auth?.value ?? "auto";
  if (mode === "sigv4") return "sigv4";
  if (settings.bearer !== null) return "bearer";
  if (mode === "auto") return "sigv4";
  throw new CbrError("no_credentials", {
    message: `\`${settings.auth?.source}\` asks for a Bedrock API key and there is none`,
    hint: "set `AWS_BEARER_TOKEN_BEDROCK`, or use `--api-key-file`",
  });
}

/** Does the URL point at this very machine? */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}

/** A token in plain HTTP may not leave this machine, neither to the endpoint nor to a proxy on the way there. */
function refusePlainHttp(host: Host, { value, source }: { value: string; source: string }): void {
  if (!value.startsWith("http:")) return;
  if (!isLoopback(value)) {
    throw new CbrError("insecure_endpoint", {
      message: `refusing to send a bearer token over plain HTTP (endpoint from ${source})`,
    });
  }
  const proxy = proxyNameFor(host, value);
  if (proxy !== null && !isLoopback(proxy)) {
    throw new CbrError("insecure_endpoint", {
      message: `refusing to send a bearer token over plain HTTP to the proxy ${proxy}`,
      hint: `add \`${new URL(value).hostname}\` to \`NO_PROXY\``,
    });
  }
}

/** Is the host that of Bedrock or STS, VPC endpoints included? Anybody may have an API gateway or a bucket at AWS. */
function isOfAws(url: string): boolean {
  if (!/(?:^|\.)(?:bedrock(?:-[a-z]+)*|sts(?:-fips)?)\./.test(new URL(url).hostname)) return false;
  return /\.(?:amazonaws\.com(?:\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn)$/.test(
    new URL(url).hostname,
  );
}

/** The SDK announces the end of its support for Node 20 on stderr; the user cannot do anything about it here. */
function silenceNodeNotice(host: Host): void {
  if (host.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] === undefined) {
    host.setEnv("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true");
  }
}

const quiet = () => {};
const SILENT = { debug: quiet, info: quiet, warn: quiet, error: quiet, trace: quiet };
