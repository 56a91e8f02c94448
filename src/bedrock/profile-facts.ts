// What a profile of the AWS files asks for, told from the files alone: nothing is fetched and nothing is run.
import { getSSOTokenFromFile } from "@smithy/shared-ini-file-loader";
import type { ProfileFacts } from "../core/diagnosis.ts";
import type { Host } from "../host/host.ts";
import { awsPaths } from "../settings/paths.ts";
import { readAwsFiles } from "./aws-files.ts";

type Keys = ReadonlyMap<string, string>;

/** The facts of profile `name`; `nothing` where neither file says how to sign in. */
export async function profileFacts(host: Host, name: string): Promise<ProfileFacts> {
  const files = await readAwsFiles(awsPaths(host));
  const keys: Keys = new Map([...(files.config.get(name) ?? []), ...(files.credentials.get(name) ?? [])]);
  const kind = kindOf(keys);
  const session = keys.get("sso_session") ?? keys.get("sso_start_url");
  const token = kind === "sso" && session !== undefined ? await ssoToken(session) : null;
  return {
    kind,
    needsMfa: kind === "assume role" && keys.has("mfa_serial"),
    ssoExpiresAt: token?.expiresAt ?? null,
    hasSsoSession: token !== null,
  };
}

/** In the order in which the SDK's provider of profiles looks. */
function kindOf(keys: Keys): ProfileFacts["kind"] {
  if (keys.has("role_arn") && (keys.has("source_profile") || keys.has("credential_source")))
    return "assume role";
  if (keys.has("aws_access_key_id")) return "keys";
  if (keys.has("web_identity_token_file")) return "web identity";
  if (keys.has("credential_process")) return "process";
  if (["sso_session", "sso_start_url", "sso_account_id"].some((key) => keys.has(key))) return "sso";
  return keys.has("login_session") ? "aws login" : "nothing";
}

async function ssoToken(session: string): Promise<{ expiresAt: string | null } | null> {
  try {
    const { expiresAt } = await getSSOTokenFromFile(session);
    return { expiresAt: Number.isNaN(Date.parse(expiresAt)) ? null : new Date(expiresAt).toISOString() };
  } catch {
    return null;
  }
}
