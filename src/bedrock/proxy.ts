// Which proxy a request goes through, as curl reads the environment: the lower-case name first, `NO_PROXY` by suffix.
import { CbrError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";

/** The URL of the proxy for `url`, user and password in it; null for none. Throws CbrError `proxy_failed` for one that cannot be used. */
export function proxyFor({ env }: Host, url: string): string | null {
  const target = new URL(url);
  const scheme = target.protocol.replace(":", "");
  const name = [`${scheme}_proxy`, `${scheme}_proxy`.toUpperCase(), "all_proxy", "ALL_PROXY"].find(
    (candidate) => env[candidate] !== undefined,
  );
  if (name === undefined || isExcepted(target, env["no_proxy"] ?? env["NO_PROXY"] ?? "")) return null;
  const written = (env[name] as string).trim();
  // Without a scheme a proxy is HTTP, as in curl.
  const proxy = written.includes("://") ? written : `http://${written}`;
  if (!URL.canParse(proxy)) throw unusable(name, "is not a URL");
  if (!/^https?:$/.test(new URL(proxy).protocol)) throw unusable(name, "is not an HTTP proxy");
  return proxy;
}

/** Its name for people: without user and password. */
export function nameOfProxy(proxy: string): string {
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}

function unusable(name: string, what: string): CbrError {
  return new CbrError("proxy_failed", {
    message: `the proxy in \`${name}\` ${what}`,
    hint: `set \`${name}\` to \`http://HOST:PORT\``,
    retryable: false,
  });
}

/** `host`, `.suffix`, `*.suffix` and `*`, each with or without a port; a bare name holds for what is below it too. */
function isExcepted(target: URL, exceptions: string): boolean {
  const host = target.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = target.port || (target.protocol === "https:" ? "443" : "80");
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      const parts = /^(?:\[([^\]]+)\]|([^:]+)|(.*:.*:.*))(?::(\d+))?$/.exec(entry);
      if (parts === null || (parts[4] !== undefined && parts[4] !== port)) return false;
      const name = (parts[1] ?? parts[2] ?? parts[3] ?? "").replace(/^\*?\./, "");
      return host === name || host.endsWith(`.${name}`);
    });
}
