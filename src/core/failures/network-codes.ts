// What happens between here and Bedrock.
import { row } from "./row.ts";

export const NETWORK_CODES = {
  dns_failed: row(
    7,
    "the host name cannot be resolved",
    "no such region, or no network",
    "check `--region` and the network",
    true,
  ),
  connection_refused: row(
    7,
    "the connection was refused",
    "nothing listens there",
    "check `--endpoint-url`",
    true,
  ),
  connect_timeout: row(
    7,
    "no connection in time",
    "the network drops the packets",
    "check the network, VPN and firewall",
    true,
  ),
  connection_reset: row(
    7,
    "the connection broke before an answer",
    "the other side or something between closed it",
    "try again",
    true,
  ),
  first_byte_timeout: row(
    7,
    "no answer in time",
    "the connection stood but nothing came",
    "try again, or raise `--first-byte-timeout`",
    true,
  ),
  timeout: row(
    7,
    "the overall time limit was reached",
    "`--timeout` bounds everything",
    "raise `--timeout`",
    true,
  ),
  tls_untrusted: row(
    7,
    "the server's certificate is not trusted",
    "often a company's own inspecting proxy",
    "give its CA with `--ca-bundle PATH` or `NODE_EXTRA_CA_CERTS`",
  ),
  tls_failed: row(
    7,
    "the TLS connection failed",
    "the certificate or the protocol is not what the host name asks for",
    "check `--endpoint-url` and the proxy",
  ),
  proxy_failed: row(
    7,
    "the proxy cannot be used",
    "it is down, unknown or refuses",
    "check `HTTPS_PROXY` and `NO_PROXY`",
  ),
  not_bedrock: row(
    7,
    "the answer is not Bedrock's",
    "a proxy or another server answered",
    "check `--endpoint-url` and the proxy",
  ),
  empty_stream: row(7, "the answer was empty", "the stream ended before any content", "try again", true),
  network_error: row(
    7,
    "the network failed",
    "the connection could not be made or kept",
    "check the network",
    true,
  ),
} as const;
