// Where the services are when they are not where AWS has them.
import { SERVICE_ENDPOINTS } from "./environment.ts";
import { ENDPOINT_SERVICES, type EndpointService, type Setting, type Settings } from "./settings.ts";
import type { Sources } from "./sources.ts";
import { accept, isSet, parseText } from "./values.ts";

export type { EndpointService } from "./settings.ts";

/**
 * The endpoint configured for `service`, without a slash at its end; null for AWS's own. `--endpoint-url`, `CBR_ENDPOINT_URL` and
 * `endpoint_url` of the config file hold for the command's main service only; the former two beat `AWS_ENDPOINT_URL*`.
 */
export function endpointFor(
  service: EndpointService,
  settings: Pick<Settings, "endpoint_url" | "endpoints">,
  mainService: EndpointService,
): Setting<string> | null {
  const own = service === mainService ? settings.endpoint_url : null;
  const configured = settings.endpoints[service];
  if (own?.origin === "flag" || own?.source.startsWith("CBR_")) return own;
  if (configured?.origin === "environment") return configured;
  return own?.origin === "file" ? own : configured;
}

/** As the AWS SDKs: variable of the service, `AWS_ENDPOINT_URL`, the profile's `services` section, the profile's `endpoint_url`. */
export function resolveEndpoints(sources: Sources, awsProfile: string | null): Settings["endpoints"] {
  return Object.fromEntries(
    ENDPOINT_SERVICES.map((service) => [service, resolveEndpoint(service, sources, awsProfile)]),
  ) as Settings["endpoints"];
}

/** Is what the environment and the AWS profile say of endpoints to be ignored? */
export function ignoresConfiguredEndpoints(
  env: Sources["env"],
  profile?: ReadonlyMap<string, string>,
): boolean {
  const said = env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? profile?.get("ignore_configured_endpoint_urls");
  return said?.trim().toLowerCase() === "true";
}

function resolveEndpoint(
  service: EndpointService,
  { env, aws }: Sources,
  awsProfile: string | null,
): Setting<string> | null {
  const { variable, section } = SERVICE_ENDPOINTS[service];
  if (!ignoresConfiguredEndpoints(env)) {
    const name = [variable, "AWS_ENDPOINT_URL"].find((candidate) => isSet(env[candidate]));
    if (name !== undefined) return endpoint(env[name] ?? "", name, name, "environment");
  }
  if (aws === null) return null;
  const { path, sections } = aws.config;
  const profile = sections.get(awsProfile ?? "default");
  if (ignoresConfiguredEndpoints(env, profile)) return null;
  const services = `services.${profile?.get("services")}`;
  const special = sections.get(services)?.get(`${section}.endpoint_url`);
  if (isSet(special)) return endpoint(special, `${path} [${services.replace(".", " ")}]`, section, "aws");
  const general = profile?.get("endpoint_url");
  if (!isSet(general)) return null;
  return endpoint(general, `${path} [${awsProfile ?? "default"}]`, "endpoint_url", "aws");
}

function endpoint(
  written: string,
  source: string,
  key: string,
  origin: "environment" | "aws",
): Setting<string> {
  const kind = { type: "url" } as const;
  const named = origin === "aws" ? `${key} in ${source}` : source;
  const value = accept(parseText(kind, written), kind, named, written, "bad_setting");
  return { value: String(value), source, origin };
}
