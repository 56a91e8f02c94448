// Which certificates are trusted: Node's own, the user's bundle, and, against all advice, everything.
import { readFileSync } from "node:fs";
import { CbrError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import type { Settings } from "../settings/settings.ts";

export interface Trust {
  /** PEM certificates in place of Node's default ones. */
  ca?: string[];
  rejectUnauthorized?: false;
}

const unchecked = new WeakSet<Host>();

/**
 * Does `NODE_TLS_REJECT_UNAUTHORIZED=0` stand in the environment? It is taken out of it, or Node would warn in its own
 * words and hand it to the credential processes; `trustOf` keeps its effect.
 */
export function switchesOffTlsChecks(host: Host): boolean {
  if (host.env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
    unchecked.add(host);
    host.setEnv("NODE_TLS_REJECT_UNAUTHORIZED", undefined);
  }
  return unchecked.has(host);
}

/**
 * Gives a function that tells what every TLS connection gets; only that loads TLS and the default certificates, which takes
 * longer than a whole answer over plain HTTP. Throws CbrError `ca_bundle_invalid` at once when a bundle cannot be used.
 */
export function trustOf(host: Host, settings: Settings): () => Promise<Trust> {
  const bundle = settings.ca_bundle;
  const extraPath = host.env["NODE_EXTRA_CA_CERTS"];
  const own = bundle === null ? [] : certificatesIn(bundle.value, bundle.source);
  // Node only warns about a file that it cannot use, and that much too late.
  const extra = extraPath === undefined ? [] : certificatesIn(extraPath, "NODE_EXTRA_CA_CERTS");
  const isUnchecked = switchesOffTlsChecks(host);
  // Bun adds what OpenSSL's variables name, Node does not: given its authorities, Bun trusts no others.
  const isToName =
    host.runtime.startsWith("bun") &&
    ["SSL_CERT_FILE", "SSL_CERT_DIR"].some((name) => host.env[name] !== undefined);
  // Node trusts the extra ones by itself. To be given authorities costs a connection a fifth of a millisecond for each.
  const trusted = new Set(extra);
  const added = own.filter((certificate) => !trusted.has(certificate));
  let trust: Promise<Trust> | undefined;
  const load = async (): Promise<Trust> => ({
    ...((added.length > 0 || isToName) && {
      ca: [...new Set([...(await defaultCertificates()), ...extra, ...added])],
    }),
    ...(isUnchecked && { rejectUnauthorized: false as const }),
  });
  return () => {
    trust ??= load();
    return trust;
  };
}

/** Node's, with those of the system where it was started with `--use-system-ca` and is new enough to tell. */
async function defaultCertificates(): Promise<readonly string[]> {
  const tls = await import("node:tls");
  const { getCACertificates } = tls as { getCACertificates?: (type: "default") => string[] };
  return getCACertificates?.("default") ?? tls.rootCertificates;
}

function certificatesIn(path: string, source: string): string[] {
  const invalid = (reason: string) =>
    new CbrError("ca_bundle_invalid", {
      message: `the CA bundle \`${path}\` (${source}) ${reason}`,
      hint: `correct ${source}`,
    });
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw invalid((error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : "cannot be read");
  }
  const certificates = text.match(
    /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED )?CERTIFICATE-----/g,
  );
  if (certificates === null) throw invalid("has no PEM certificate");
  return certificates;
}
