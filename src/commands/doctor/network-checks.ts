// The way to AWS: name, connection, proxy and certificate of each endpoint in use, and the clock behind it.
import type { EndpointInUse } from "../../core/diagnosis.ts";
import { CbrError } from "../../core/errors.ts";
import { duration, hostOf } from "../../core/failures/words.ts";
import { type Check, failed, type Outcome, skipped } from "./examine.ts";
import type { Scene } from "./scene.ts";

const ROLES = {
  runtime_endpoint: "runtime",
  control_endpoint: "control-plane",
  sts_endpoint: "sts",
} as const satisfies Record<string, EndpointInUse["role"]>;

/** AWS allows five minutes; closer than a minute to them is close. */
const REFUSED_MS = 5 * 60_000;
const NOTABLE_MS = 30_000;

export function networkChecks(scene: Scene, offline: string | null): Check[] {
  const isKey = scene.token !== null;
  const names = Object.keys(ROLES) as (keyof typeof ROLES)[];
  return [
    ...names.map((name): Check => {
      const isUnused = isKey && name === "sts_endpoint";
      return {
        name,
        needs: ["certificates"],
        skipped: isUnused ? "not used with a Bedrock API key" : offline,
        run: (signal) => endpoint(scene, ROLES[name], signal),
      };
    }),
    {
      name: "clock",
      needs: ["certificates"],
      skipped: offline,
      run: async (_signal, earlier) => {
        await Promise.all(names.map(earlier));
        return clock(scene);
      },
    },
  ];
}

async function endpoint(scene: Scene, role: EndpointInUse["role"], signal: AbortSignal): Promise<Outcome> {
  const diagnosis = await scene.diagnosis();
  const place = diagnosis.endpoints().find((candidate) => candidate.role === role);
  if (place === undefined) return skipped("not used");
  try {
    const reached = await diagnosis.reach(place, signal);
    scene.reached.set(role, reached);
    const facts = [
      hostOf(place.url).replace(/:443$/, "") + (place.source === null ? "" : ` (${place.source})`),
      reached.addresses.some(isPrivate) ? "a private address, as of a VPC endpoint" : null,
      reached.proxy === null ? null : `through the proxy ${hostOf(reached.proxy)}`,
      reached.issuer === null ? null : `certificate by ${reached.issuer}`,
      `${reached.milliseconds} ms`,
    ];
    return { status: "ok", message: facts.filter((fact) => fact !== null).join(", ") };
  } catch (error) {
    return failed(place.source === null ? error : withSource(error, place.source));
  }
}

/** An endpoint that somebody set is the likelier culprit than the network. */
function withSource(error: unknown, source: string): unknown {
  const isOfEndpoint =
    error instanceof CbrError && ["dns_failed", "connection_refused", "tls_failed"].includes(error.code);
  if (!isOfEndpoint) return error;
  return new CbrError(error.code, {
    message: `${error.message}; the endpoint comes from \`${source}\``,
    hint: `check or unset \`${source}\``,
    cause: error,
  });
}

function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd])/i.test(address);
}

function clock(scene: Scene): Outcome {
  const { host } = scene.context;
  const now = host.now();
  const times = [...scene.reached.values()].flatMap(({ serviceTime, at }) =>
    serviceTime === null ? [] : [serviceTime - at],
  );
  const [offset] = times;
  if (offset === undefined)
    return skipped(scene.reached.size === 0 ? "needs runtime_endpoint" : "no service told its time");
  const side = offset > 0 ? "behind" : "ahead of";
  const message = `the system clock is ${duration(offset)} ${side} the service's (${new Date(now).toISOString().slice(0, 16)}Z here)`;
  const fix = "set the system clock: switch on time synchronisation (NTP)";
  if (Math.abs(offset) >= REFUSED_MS && scene.token === null) {
    return failed(new CbrError("clock_skew", { message, hint: fix }));
  }
  if (Math.abs(offset) >= NOTABLE_MS) return { status: "warning", message, fix };
  return { status: "ok", message: "within 30 s of the service's" };
}
