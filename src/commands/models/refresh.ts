// cbr models refresh: stores what AWS lists, for resolution and `--offline`.
import type { Context } from "../../cli/context.ts";
import { regionOf } from "../../cli/region.ts";
import { readApiKey } from "../../core/api-key.ts";
import { CbrError } from "../../core/errors.ts";
import { bearerToken } from "../../settings/bearer.ts";
import { writeLiveLists } from "../../settings/live-cache.ts";
import type { Settings } from "../../settings/settings.ts";
import { fetchLive } from "./live.ts";

/** `cbr models refresh`. */
export async function refresh(context: Context, flags: { json?: boolean }): Promise<void> {
  const settings = await context.settings(flags);
  const region = regionOf(settings, context.report).value;
  const control = await context.controlPlane(settings, region);
  const done = new AbortController();
  try {
    const [lists, account, endpoint] = await Promise.all([
      fetchLive(control, context),
      accountOf(context, settings, region, AbortSignal.any([context.signal, done.signal])),
      control.endpoint(),
    ]);
    const place = { host: context.host, settings, region, mainService: "bedrock" } as const;
    const path = await writeLiveLists(place, account, lists);
    const { models, profiles, fetchedAt } = lists;
    const text = flags.json
      ? JSON.stringify({
          account,
          region,
          endpoint,
          models: models.length,
          profiles: profiles.length,
          fetched_at: new Date(fetchedAt).toISOString(),
          path,
        })
      : `stored ${models.length} models and ${profiles.length} inference profiles of account ${account} in ${region}`;
    await context.io.out.write(`${text}\n`);
  } finally {
    done.abort();
    control.close();
  }
}

/** The account, where the key or STS tells it; `unknown` must not keep the lists from being stored. */
async function accountOf(
  context: Context,
  settings: Settings,
  region: string,
  signal: AbortSignal,
): Promise<string> {
  const token = settings.auth?.value === "sigv4" ? null : bearerToken(settings);
  if (token !== null) return readApiKey(token).account ?? "unknown";
  const identity = await context.identity(withoutEndpoint(settings), region);
  try {
    return (await identity.callerIdentity({ signal })).account;
  } catch (error) {
    if (!(error instanceof CbrError)) throw error;
    context.report.verbose(`the account is not known: ${error.message}`);
    return "unknown";
  } finally {
    identity.close();
  }
}

/** `--endpoint-url` is the control plane's here, not that of STS. */
function withoutEndpoint(settings: Settings): Settings {
  return { ...settings, endpoint_url: null };
}
