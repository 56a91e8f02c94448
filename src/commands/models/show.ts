// cbr models show: everything known of one model.
import type { Context } from "../../cli/context.ts";
import { regionOf } from "../../cli/region.ts";
import { startSpinner } from "../../cli/spinner.ts";
import type { Availability } from "../../core/control-plane.ts";
import { CbrError } from "../../core/errors.ts";
import { CATALOG } from "../../models/catalog.ts";
import { closedFamily } from "../../models/lifecycle.ts";
import type { LiveLists } from "../../models/live.ts";
import { parseModelName } from "../../models/names.ts";
import { readLiveLists } from "../../settings/live-cache.ts";
import type { Settings } from "../../settings/settings.ts";
import { type Details, detailsOf } from "./details.ts";
import { showText } from "./details-text.ts";
import { callOptions, fetchLive, inOneLine } from "./live.ts";

export type ShowFlags = { json?: boolean; offline?: boolean };

/** `cbr models show MODEL`. */
export async function show(context: Context, model: string, flags: ShowFlags): Promise<void> {
  const settings = await context.settings(flags);
  const details = await gather(context, settings, model, flags.offline === true);
  const { out } = context.io;
  await out.write(flags.json ? `${JSON.stringify(details)}\n` : showText(details, out));
}

async function gather(
  context: Context,
  settings: Settings,
  typed: string,
  isOffline: boolean,
): Promise<Details> {
  const region = isOffline ? (settings.region?.value ?? null) : regionOf(settings, context.report).value;
  // A name that cannot be one is refused before anybody is asked.
  const early = tryBaseId(typed, settings, null);
  const answer =
    isOffline || region === null
      ? { live: await stored(context, settings, region), availability: null, appProfileBase: null }
      : await ask(context, settings, region, typed, early instanceof CbrError ? null : early);
  const late = answer.appProfileBase ?? tryBaseId(typed, settings, answer.live);
  if (late instanceof CbrError) throw late;
  if (late === null) {
    throw new CbrError("unknown_model", {
      message: `\`${typed}\` does not say which model it stands for`,
      hint: "`cbr models show` needs AWS's answer for such an ARN",
    });
  }
  const model = CATALOG.models.find((row) => row.base_id === late || row.mantle_id === late) ?? null;
  const baseId = model?.base_id ?? late;
  if (model === null && !isKnownLive(answer.live, baseId)) {
    throw new CbrError("unknown_model", {
      message: `neither the catalog nor AWS's lists know \`${baseId}\``,
    });
  }
  return detailsOf({ baseId, model, region, live: answer.live, availability: answer.availability });
}

/** The base id a name stands for; null for an ARN that does not tell; the error for a name that means nothing. */
function tryBaseId(typed: string, settings: Settings, live: LiveLists | null): string | null | CbrError {
  try {
    const name = parseModelName(typed, settings.aliases, live);
    if (name.kind === "closed-family") return closedFamily(name.family);
    return name.kind === "alias" ? name.model.base_id : name.baseId;
  } catch (error) {
    if (error instanceof CbrError && error.code === "unknown_model") return error;
    throw error;
  }
}

async function ask(
  context: Context,
  settings: Settings,
  region: string,
  typed: string,
  baseId: string | null,
) {
  const spinner = startSpinner(context, "asking AWS");
  const control = await context.controlPlane(settings, region);
  const options = { signal: context.signal };
  const orNull = async <T>(call: Promise<T>): Promise<T | null> =>
    call.catch((error: unknown) => {
      if (!(error instanceof CbrError)) throw error;
      context.report.verbose(inOneLine(error));
      return null;
    });
  try {
    const isOwnProfile = typed.includes(":application-inference-profile/");
    const [live, availability, profile] = await Promise.all([
      fetchLive(control, context).catch((error: unknown) => {
        if (!(error instanceof CbrError)) throw error;
        context.report.warn(
          "live_lists_missing",
          `AWS's live lists are missing: ${inOneLine(error)}; this is the catalog of ${CATALOG.as_of}`,
        );
        return null;
      }),
      baseId === null ? null : orNull<Availability>(control.getAvailability(baseId, options)),
      isOwnProfile ? control.getInferenceProfile(typed, callOptions(context)) : null,
    ]);
    const arn = profile?.modelArns[0];
    return {
      live,
      availability,
      appProfileBase: arn === undefined ? null : arn.slice(arn.lastIndexOf("/") + 1),
    };
  } finally {
    spinner.stop();
    control.close();
  }
}

async function stored(context: Context, settings: Settings, region: string | null) {
  if (region === null) return null;
  return readLiveLists({ host: context.host, settings, region, mainService: "bedrock" });
}

function isKnownLive(live: LiveLists | null, baseId: string): boolean {
  if (live === null) return false;
  return (
    live.models.some((model) => model.id === baseId) ||
    live.profiles.some((profile) => profile.modelIds.includes(baseId))
  );
}
