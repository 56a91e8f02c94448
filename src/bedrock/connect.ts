// The invocation core for one region: a session, the four ways to Claude, and the retry layer in front of them.
import { awsEndpoint } from "../core/aws-hosts.ts";
import type { Api, Claude, ClaudeRequest } from "../core/claude.ts";
import type { CbrError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import type { Settings } from "../settings/settings.ts";
import type { FailureFacts } from "./explain.ts";
import { type Repair, type SenderOptions, sendWithRetries } from "./sender.ts";
import { type BedrockSession, openSession, type SessionOptions } from "./session.ts";
import type { Transport } from "./transport.ts";

export interface ConnectOptions {
  host: Host;
  settings: Settings;
  region: string;
  askMfa: (serial: string) => Promise<string>;
  offerLogin?: SessionOptions["offerLogin"];
  say: SessionOptions["say"];
  trace?: SessionOptions["trace"];
}

/** Builds the port to Claude. Sends nothing and reads no credentials yet. */
export async function connect(options: ConnectOptions): Promise<Claude> {
  const session = await openSession({ ...options, mainService: "bedrock-runtime" });
  const transports = new Map<Api, Promise<Transport>>();
  const transportFor = (api: Api): Promise<Transport> => {
    let transport = transports.get(api);
    if (transport === undefined) {
      transport = loadTransport(api, session);
      transports.set(api, transport);
    }
    return transport;
  };
  const sender = senderOptions(options, session);
  return {
    async *send(request, sendOptions) {
      options.say("verbose", "endpoint", `endpoint: ${endpointName(request.api, session)}`);
      const [transport] = await Promise.all([
        transportFor(request.api),
        signIn(request, session, options, sendOptions.signal),
      ]);
      yield* sendWithRetries(transport, request, sendOptions, sender);
    },
    async countTokens(request, sendOptions) {
      const { countTokens } = await import("./count.ts");
      return countTokens(session, request, sendOptions, sender);
    },
    async warmUp(api) {
      await transportFor(api);
      await session.http.warm(endpointName(api, session));
    },
    close() {
      session.http.destroy();
    },
  };
}

/** Where a person may have to sign in or read a code, that happens before the clocks of the request run. */
async function signIn(
  request: ClaudeRequest,
  session: BedrockSession,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<void> {
  if (options.offerLogin === undefined || session.auth === "bearer") return;
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  try {
    await Promise.race([session.credentials.get(), aborted]);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const { explain } = await import("./explain.ts");
    throw explain(error, factsOf(request, session));
  }
}

async function loadTransport(api: Api, session: BedrockSession): Promise<Transport> {
  switch (api) {
    case "invoke":
      return (await import("./invoke.ts")).invokeTransport(session);
    case "converse":
      return (await import("./converse.ts")).converseTransport(session);
    case "messages":
    case "mantle":
      return (await import("./messages.ts")).messagesTransport(session, api);
    default:
      throw api satisfies never;
  }
}

function senderOptions({ host, settings }: ConnectOptions, session: BedrockSession): SenderOptions {
  return {
    maxAttempts: settings.max_attempts?.value ?? 3,
    firstByteTimeout: settings.first_byte_timeout?.value ?? 120_000,
    idleTimeout: settings.idle_timeout?.value ?? 300_000,
    timeout: settings.timeout?.value ?? 3_600_000,
    facts: (request) => factsOf(request, session),
    repair: (failure, serviceDate) => repair(failure, serviceDate, session),
    now: host.now,
    elapsed: host.elapsed,
    random: Math.random,
  };
}

function factsOf(request: ClaudeRequest, session: BedrockSession): FailureFacts {
  return {
    modelId: request.modelId,
    region: session.region,
    profile: session.settings.profile?.value,
    endpoint: endpointName(request.api, session),
    isBearer: session.auth === "bearer",
  };
}

function endpointName(api: Api, { settings, region, endpoint }: BedrockSession): string {
  const service = api === "mantle" ? "bedrock-mantle" : "bedrock-runtime";
  const hosts = {
    fips: settings.use_fips_endpoint?.value ?? false,
    dualstack: settings.use_dualstack_endpoint?.value ?? false,
  };
  return endpoint(service) ?? awsEndpoint(service, region, hosts);
}

/** AWS allows five minutes of clock skew. */
const CLOCK_TOLERANCE_MS = 4 * 60_000;

function repair(failure: CbrError, serviceDate: string | undefined, session: BedrockSession): Repair | null {
  if (session.auth === "bearer") return null;
  const skew = serviceDate === undefined ? Number.NaN : Date.parse(serviceDate) - session.host.now();
  const isSignature = ["signature_rejected", "clock_skew", "credentials_expired"].includes(failure.code);
  // The SDK corrects its clock too, but not for streams.
  if (isSignature && Math.abs(skew - session.clockOffset) > CLOCK_TOLERANCE_MS) {
    session.clockOffset = skew;
    const seconds = Math.round(Math.abs(skew) / 1000);
    return {
      code: "clock_skew",
      message: `the clock is off by ${seconds} s (${skew > 0 ? "behind" : "ahead"}); trying again with the service's time`,
    };
  }
  const isStale = ["credentials_expired", "credentials_invalid"].includes(failure.code);
  if (!isStale || !session.credentials.reload()) return null;
  return { code: "credentials_reloaded", message: "the credentials were refused; reading them again" };
}
