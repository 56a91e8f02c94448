// AWS's own host names for the services cbr talks to. Sources: the services' endpoint rule sets; the bedrock-mantle page.

export interface HostOptions {
  fips: boolean;
  dualstack: boolean;
}

/** The endpoint AWS has for `service` in `region`, without a slash at its end. `region` must have been validated. */
export function awsEndpoint(
  service: "bedrock-runtime" | "bedrock" | "sts" | "bedrock-mantle",
  region: string,
  { fips, dualstack }: HostOptions,
): string {
  if (service === "bedrock-mantle") return `https://bedrock-mantle.${region}.api.aws`;
  const name = fips ? `${service}-fips` : service;
  const isChina = region.startsWith("cn-");
  if (dualstack) return `https://${name}.${region}.${isChina ? "api.amazonwebservices.com.cn" : "api.aws"}`;
  return `https://${name}.${region}.amazonaws.com${isChina ? ".cn" : ""}`;
}
