// What `cbr doctor` looks at: the same sessions and the same way out as every other command, one credentials source for all.
import { awsEndpoint } from "../core/aws-hosts.ts";
import type { Diagnosis, EndpointInUse } from "../core/diagnosis.ts";
import { CbrError } from "../core/errors.ts";
import { type EndpointService, endpointFor } from "../settings/endpoints.ts";
import { controlPlane } from "./control-plane.ts";
import { identity } from "./identity.ts";
import { profileFacts } from "./profile-facts.ts";
import { listQuotas } from "./quotas.ts";
import { reach } from "./reach.ts";
import { openSession, type SessionOptions } from "./session.ts";

const MAIN = "bedrock-runtime";

export interface DiagnosisOptions extends Omit<SessionOptions, "mainService" | "auth" | "askMfa"> {
  api: "bedrock-runtime" | "bedrock-mantle";
}

/** Opens the sessions. Sends nothing. Throws CbrError for settings that cannot work: `ca_bundle_invalid`, `no_credentials`. */
export async function openDiagnosis(options: DiagnosisOptions): Promise<Diagnosis> {
  const { settings, region, host } = options;
  const askMfa = () =>
    Promise.reject(
      new CbrError("mfa_required", { message: "the profile needs an MFA code, and doctor asks for none" }),
    );
  const signed = await openSession({ ...options, askMfa, mainService: MAIN, auth: "sigv4" });
  const main = await openSession({ ...options, askMfa, mainService: MAIN, credentials: signed.credentials });
  const hosts = {
    fips: settings.use_fips_endpoint?.value ?? false,
    dualstack: settings.use_dualstack_endpoint?.value ?? false,
  };
  const inUse = (
    role: EndpointInUse["role"],
    service: "bedrock-runtime" | "bedrock-mantle" | "bedrock" | "sts",
  ) => {
    const configured = (service === "sts" ? signed : main).endpoint(service);
    const source = endpointFor(service as EndpointService, settings, MAIN)?.source ?? null;
    return { role, url: configured ?? awsEndpoint(service, region, hosts), source };
  };
  return {
    endpoints: () => [
      inUse("runtime", options.api),
      inUse("control-plane", "bedrock"),
      ...(main.auth === "sigv4" ? [inUse("sts", "sts")] : []),
    ],
    reach: (endpoint, signal) => reach(signed.http, { host, region }, endpoint, signal),
    profile: () => profileFacts(host, settings.awsProfile ?? "default"),
    identity: identity(signed),
    control: () => controlPlane(main),
    quotas: (isWanted, callOptions) => listQuotas(signed, isWanted, callOptions),
    close() {
      signed.http.destroy();
      main.http.destroy();
    },
  };
}
