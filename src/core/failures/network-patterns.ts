// Names, connections, certificates and proxies: by the code that Node gives, else by its wording.
import type { Pattern } from "./failure.ts";
import { hostOf } from "./words.ts";

const kinds = ["client"] as const;

export const NETWORK_PATTERNS: readonly Pattern[] = [
  {
    code: "proxy_failed",
    kinds,
    message:
      /proxy.*\b407\b|proxy authentication required|err_proxy_tunnel|failed to connect to proxy|cannot connect to proxy|tunneling socket could not be established/i,
    sentence: ({ facts }) =>
      `the proxy${facts.proxy ? ` ${hostOf(facts.proxy)}` : ""} refused to connect${hostPhrase(facts.endpoint, " to ")}`,
    hint: "check the proxy's user and password in `HTTPS_PROXY`, or add the host to `NO_PROXY`",
  },
  {
    code: "dns_failed",
    kinds,
    message: /\bEAI_AGAIN\b(?: ([\w.-]+))?|temporary failure in name resolution/,
    sentence: ({ groups, facts }) => `cannot resolve ${nameOf(groups[1], facts.endpoint)} at the moment`,
    hint: "check the network; the name server did not answer",
  },
  {
    code: "dns_failed",
    kinds,
    message: /\bENOTFOUND\b(?: ([\w.-]+))?|could not resolve host|name or service not known/i,
    sentence: ({ groups, facts }) => `cannot resolve ${nameOf(groups[1], facts.endpoint)}`,
    hint: ({ facts, groups }) => {
      const host = nameOf(groups[1], facts.endpoint);
      if (host.includes("-fips."))
        return `${facts.region === undefined ? "the region" : `\`${facts.region}\``} may have no FIPS endpoint for Bedrock: unset \`AWS_USE_FIPS_ENDPOINT\`, or choose another region`;
      if (facts.region !== undefined && host.includes(`.${facts.region}.`))
        return `is \`${facts.region}\` the right region, with Bedrock in it, and are you online?`;
      return host.endsWith(".amazonaws.com")
        ? "check `--region` and the network"
        : "check `--endpoint-url` and the network";
    },
  },
  {
    code: "connection_refused",
    kinds,
    message: /\bECONNREFUSED\b(?: ([\w.:[\]-]+))?|connection refused/i,
    sentence: ({ groups, facts }) => `connection refused by ${placeOf(groups[1], facts.endpoint)}`,
  },
  {
    code: "connect_timeout",
    kinds,
    message:
      /connect ETIMEDOUT(?: ([\w.:[\]-]+))?|did not establish a connection|connect timed? ?out|connection timed out/i,
    sentence: ({ groups, facts }) =>
      `no connection to ${placeOf(groups[1], facts.endpoint)}${facts.timedOut ? ` in ${facts.timedOut.limit / 1000} s` : ""}`,
    hint: "check the network, VPN, firewall and `HTTPS_PROXY`; inside a VPC, its Bedrock endpoint",
  },
  {
    code: "network_error",
    kinds,
    message: /\b(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)\b(?: ([\w.:[\]-]+))?/,
    sentence: ({ groups, facts }) => `${placeOf(groups[2], facts.endpoint)} cannot be reached (${groups[1]})`,
    hint: "check the network and VPN",
  },
  {
    code: "tls_untrusted",
    kinds,
    message:
      /self[- ]signed certificate|unable to (?:verify the first|get (?:local )?issuer) certificate|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|certificate verify failed/i,
    sentence: ({ facts }) => `the certificate of ${placeOf(undefined, facts.endpoint)} is not trusted`,
  },
  {
    code: "tls_failed",
    kinds,
    message: /CERT_HAS_EXPIRED|certificate has expired|CERT_NOT_YET_VALID|certificate is not yet valid/i,
    sentence: ({ facts }) =>
      `the certificate of ${placeOf(undefined, facts.endpoint)} is not valid at this time`,
    hint: "check the system clock; if it is right, the server or proxy needs a new certificate",
  },
  {
    code: "tls_failed",
    kinds,
    message: /ERR_TLS_CERT_ALTNAME_INVALID|hostname\/IP does not match|altnames/i,
    sentence: ({ facts }) =>
      `the certificate of ${placeOf(undefined, facts.endpoint)} is for another host name`,
    hint: "check `--endpoint-url` and the proxy: another server answered",
  },
  {
    code: "tls_failed",
    kinds,
    message: /wrong version number|ERR_SSL_|EPROTO|ssl3?_|tlsv1|ERR_TLS_|CERT_[A-Z_]+|handshake/i,
    sentence: ({ facts }) => `TLS failed with ${placeOf(undefined, facts.endpoint)}`,
    hint: "check `--endpoint-url` (is it http?) and the proxy",
  },
  {
    code: "network_error",
    kinds,
    message: /\bHPE_\w+/,
    sentence: ({ facts }) => `what ${placeOf(undefined, facts.endpoint)} sent is not HTTP/1.1`,
    hint: "check `--endpoint-url` and the proxy",
  },
  {
    code: "connection_reset",
    kinds,
    message:
      /\b(?:ECONNRESET|EPIPE|ECONNABORTED)\b|socket hang up|ERR_HTTP2_|other side closed|premature close|connection (?:was )?closed|\bterminated\b/i,
    sentence: ({ facts }) =>
      `${placeOf(undefined, facts.endpoint)} closed the connection${facts.hasContent ? "" : " before an answer"}`,
  },
  {
    code: "network_error",
    kinds,
    message:
      /\bETIMEDOUT\b|timed out after \d+ ms|socket timed out|\bESOCKETTIMEDOUT\b|read time(?:d )?out|request timed out/i,
    sentence: ({ facts }) => `the connection to ${placeOf(undefined, facts.endpoint)} timed out`,
  },
  {
    // What the AWS CLI and the Python SDKs say of any connection that could not be made.
    code: "network_error",
    kinds,
    message: /could not connect to the endpoint url|\bAPIConnectionError\b|^(?:\w+: )?connection error\.?$/i,
    sentence: ({ facts }) => `no connection to ${placeOf(undefined, facts.endpoint)}`,
    hint: "check `--region` (is there such an endpoint?), `--endpoint-url`, the network and the proxy",
  },
];

function nameOf(found: string | undefined, endpoint: string | undefined): string {
  return found ?? (endpoint === undefined ? "the host name" : hostOf(endpoint).replace(/:\d+$/, ""));
}

// Node's address says where the packets went; the endpoint says what the user meant.
function placeOf(found: string | undefined, endpoint: string | undefined): string {
  return endpoint === undefined ? (found ?? "the server") : hostOf(endpoint);
}

function hostPhrase(endpoint: string | undefined, before: string): string {
  return endpoint === undefined ? "" : `${before}${hostOf(endpoint)}`;
}
