// cbr models check: can this account call the model here, and if not, who can fix it how.
import type { Context } from "../../cli/context.ts";
import { startSpinner } from "../../cli/spinner.ts";
import type { ControlPlane } from "../../core/control-plane.ts";
import { CbrError, ExitCode } from "../../core/errors.ts";
import { isOnDemand, liveProfilesOf } from "../../models/live.ts";
import { type Route, resolveRoute } from "../../models/route.ts";
import { sanitizeLine } from "../../render/sanitize.ts";
import type { Settings } from "../../settings/settings.ts";
import { callOptions, fetchLive } from "./live.ts";
import {
  type Answer,
  type Findings,
  hasUnseenLists,
  type Reason,
  reasonsAgainst,
  refusal,
} from "./verdict.ts";

interface Verdict {
  model: string;
  region: string;
  geo: string | null;
  usable: boolean;
  reasons: Reason[];
  model_id: string | null;
  base_id: string | null;
  /** What may not be looked at and is not needed for the verdict. */
  unseen: Reason[];
}

interface Access {
  reasons: Reason[];
  unseen: Reason[];
  baseId: string | null;
}

/** `cbr models check MODEL`; leaves exit code 4 where it is not usable. */
export async function checkModel(context: Context, model: string, flags: { json?: boolean }): Promise<void> {
  const settings = await context.settings(flags);
  const spinner = startSpinner(context, "asking AWS");
  const verdict = await check(context, settings, model).finally(() => spinner.stop());
  await context.io.out.write(flags.json ? `${JSON.stringify(verdict)}\n` : humanText(verdict, context));
  if (!verdict.usable) context.exitCode = ExitCode.credentials;
}

async function check(context: Context, settings: Settings, typed: string): Promise<Verdict> {
  const route = routeOf(settings, typed);
  if (route instanceof CbrError) {
    const region = settings.region?.value ?? "us-east-1";
    const reason: Reason = { code: route.code, message: route.message, fix: route.hint, who: "you" };
    const geo = settings.geo?.value ?? null;
    const nothing = { model_id: null, base_id: null, unseen: [] };
    return { model: typed, region, geo, usable: false, reasons: [reason], ...nothing };
  }
  for (const notice of route.notices) context.report.notice(notice);
  for (const { code, message } of route.warnings) context.report.warn(code, message);
  const control = await context.controlPlane(settings, route.region.value);
  try {
    const { reasons, unseen, baseId } = await accessTo(route, typed, control, context);
    for (const { message } of unseen)
      context.report.warn(
        "lists_unseen",
        `AWS's lists may not be read, so the catalog stands in: ${message}`,
      );
    return {
      model: typed,
      region: route.region.value,
      geo: route.geo,
      usable: reasons.length === 0,
      reasons,
      model_id: route.modelId,
      base_id: baseId,
      unseen,
    };
  } finally {
    control.close();
  }
}

/**
 * What stands between this account and the model of `route`; `typed` is how fixes name it. Throws CbrError where that
 * cannot be known: the network, a busy service, unknown credentials.
 */
export async function accessTo(
  route: Route,
  typed: string,
  control: ControlPlane,
  context: Context,
): Promise<Access> {
  const baseId = await baseIdOf(control, context, route);
  if (baseId instanceof CbrError) return { reasons: [refusal(baseId)], unseen: [], baseId: null };
  const found = await find(control, context, typed, route, baseId);
  const { isListed } = found;
  const unseen = "error" in isListed && hasUnseenLists(found) ? [refusal(isListed.error)] : [];
  return { reasons: reasonsAgainst(found), unseen, baseId };
}

/** What is not offered is a verdict; a name that means nothing is a wrong command line, and thrown. */
function routeOf(settings: Settings, typed: string): Route | CbrError {
  const verdicts = ["model_not_offered", "geo_not_offered", "region_cannot_call"];
  try {
    return resolveRoute({
      model: { value: typed, source: "argument" },
      geo: settings.geo,
      region: settings.region,
      aliases: settings.aliases,
      isChecked: true,
      api: settings.api?.value ?? null,
      live: null,
    });
  } catch (error) {
    if (error instanceof CbrError && verdicts.includes(error.code)) return error;
    throw error;
  }
}

async function find(
  control: ControlPlane,
  context: Context,
  typed: string,
  route: Route,
  baseId: string,
): Promise<Findings> {
  const options = callOptions(context);
  const needed = route.model?.data_retention ?? null;
  const [live, availability, form, retention] = await Promise.all([
    answerOf(fetchLive(control, context)),
    answerOf(control.getAvailability(baseId, options)),
    answerOf(control.getUseCaseForm(options)),
    needed === null ? null : answerOf(control.getDataRetention(options)),
  ]);
  const lists = "value" in live ? live.value : null;
  const isListed = (): boolean =>
    route.geo === "none"
      ? isOnDemand(baseId, route.model, control.region, lists)
      : (lists?.profiles.some(({ id, arn }) => id === route.modelId || arn === route.modelId) ?? false);
  return {
    typed,
    name: route.model?.name ?? baseId,
    modelId: route.modelId,
    model: route.model,
    region: control.region,
    // Mantle has lists of its own, which no API of the control plane shows.
    isListed: "error" in live ? live : { value: route.api === "mantle" || isListed() },
    isKnownOtherwise: route.model !== null || route.baseId === null,
    listedProfiles: lists ? liveProfilesOf(lists, baseId).map(({ id }) => id) : [],
    availability,
    hasForm: "error" in form ? form : { value: form.value !== null || route.api === "mantle" },
    retention,
  };
}

/** The base id behind the route; an application inference profile is asked for it. */
async function baseIdOf(control: ControlPlane, context: Context, route: Route): Promise<string | CbrError> {
  if (route.baseId !== null) return route.baseId;
  const answer = await answerOf(control.getInferenceProfile(route.modelId, callOptions(context)));
  if ("error" in answer) return answer.error;
  const arn = answer.value.modelArns[0] ?? route.modelId;
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** The answer, or how the service refused it. What says nothing about access (network, a busy service) is thrown. */
async function answerOf<T>(call: Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await call };
  } catch (error) {
    const isVerdict = error instanceof CbrError && isRefusal(error);
    if (!isVerdict) throw error;
    return { error };
  }
}

function isRefusal(error: CbrError): boolean {
  return (
    error.aws !== null && (error.exitCode === 4 || error.exitCode === 5) && !ABOUT_OTHERS.test(error.code)
  );
}

/** Codes that say that who is asking is not known, or that it was not AWS who answered: no verdict on the model. */
const ABOUT_OTHERS =
  /^(credentials|no_credentials|api_key|first_party|signature|clock|sso|mfa|assume_role|redirected|not_bedrock)/;

function humanText(verdict: Verdict, context: Context): string {
  const { out } = context.io;
  const line = (text: string) => `${out.isTTY ? sanitizeLine(text) : text.replace(/[\r\n]+/g, " ")}\n`;
  const where = `${verdict.model_id ?? verdict.model} in ${verdict.region}`;
  if (verdict.usable) return line(`usable: ${where}`);
  const reasons = verdict.reasons.map(({ code, message, fix, who }) =>
    [line(`${code}: ${message}`), fix === null ? "" : line(`  fix (${who}): ${fix}`)].join(""),
  );
  // Where every reason is a question that IAM does not allow, nothing is known against the model.
  const isUnknown = verdict.reasons.every(({ code }) => code === "access_denied");
  const headline = isUnknown ? "cannot tell, a call may still work" : "not usable";
  return [line(`${headline}: ${where}`), ...reasons].join("");
}
