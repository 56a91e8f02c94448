// Bedrock itself: is its control plane there for this caller, may this account call the default model, and where does that lead.
import type { Context } from "../../cli/context.ts";
import { Report } from "../../cli/report.ts";
import type { ClaudeRequest } from "../../core/claude.ts";
import { CbrError, ExitCode } from "../../core/errors.ts";
import { loggedKinds, s3Url } from "../../core/logging-plan.ts";
import { regionsOfGeo } from "../../models/geos.ts";
import { DEFAULT_MODEL } from "../../models/names.ts";
import type { Route } from "../../models/route.ts";
import { accessTo } from "../models/check.ts";
import { fetchLive } from "../models/live.ts";
import { type Check, type Finding, failed, isDenied, type Outcome, skipped } from "./examine.ts";
import { quotas } from "./quotas.ts";
import type { Scene } from "./scene.ts";

type Earlier = (name: string) => Promise<Finding>;

export function controlChecks(scene: Scene, offline: string | null): Check[] {
  const { flags, token } = scene;
  return [
    {
      name: "control_plane",
      needs: ["credentials", "control_endpoint"],
      skipped: offline,
      run: (signal, earlier) => controlPlane(scene, signal, earlier),
    },
    {
      name: "model_access",
      needs: ["model", "control_plane"],
      skipped: offline,
      run: (signal) => modelAccess(scene, signal),
    },
    {
      name: "destinations",
      needs: ["model"],
      isOptional: true,
      run: (signal, earlier) => destinations(scene, signal, earlier),
    },
    {
      name: "quotas",
      needs: ["credentials", "model"],
      skipped: token !== null ? "Service Quotas takes no Bedrock API key" : offline,
      isOptional: true,
      run: (signal, earlier) => quotas(scene, routeOf(scene), signal, earlier),
    },
    {
      name: "logging",
      needs: ["control_plane"],
      skipped: offline,
      isOptional: true,
      run: (signal) => logging(scene, signal),
    },
    {
      name: "invoke",
      needs: ["credentials", "runtime_endpoint", "model"],
      skipped: flags.invoke ? offline : "`--invoke` sends one tiny request",
      run: (signal) => invoke(scene, signal),
    },
  ];
}

async function controlPlane(scene: Scene, signal: AbortSignal, earlier: Earlier): Promise<Outcome> {
  // Who is unknown to STS is unknown to Bedrock; where only STS is out of reach, Bedrock may still answer.
  const identity = await earlier("identity");
  const isUnknown = identity.exitCode === ExitCode.credentials && !isDenied(identity);
  if (identity.status === "failed" && isUnknown) return skipped("needs identity");
  try {
    const lists = await fetchLive((await scene.diagnosis()).control(), silent(scene.context, signal));
    const listed = `${lists.profiles.length} inference profiles and ${lists.models.length} models of Anthropic`;
    if (lists.profiles.length > 0) return { status: "ok", message: `lists ${listed} in ${lists.region}` };
    return {
      status: "warning",
      message: `lists no inference profile of Anthropic in ${lists.region}`,
      fix: "use another `--region`, or ask the account admin",
    };
  } catch (error) {
    const outcome = failed(error);
    if (outcome.code !== "access_denied") return outcome;
    const more = "calling models needs other permissions: `cbr doctor --invoke` tries";
    return { ...outcome, fix: outcome.fix ? `${outcome.fix}; ${more}` : more };
  }
}

async function modelAccess(scene: Scene, signal: AbortSignal): Promise<Outcome> {
  const route = routeOf(scene);
  const typed = scene.settings?.model?.value ?? DEFAULT_MODEL;
  const control = (await scene.diagnosis()).control();
  const { reasons } = await accessTo(route, typed, control, silent(scene.context, signal));
  const [first, ...others] = reasons;
  if (first === undefined)
    return { status: "ok", message: `${route.modelId} can be called from ${route.region.value}` };
  return {
    status: "failed",
    message: first.message,
    fix: first.fix === null ? null : `${first.fix} (${first.who})`,
    code: first.code,
    exitCode: ExitCode.credentials,
    details: others.map(({ message, fix }) => (fix === null ? message : `${message}: ${fix}`)),
  };
}

async function destinations(scene: Scene, signal: AbortSignal, earlier: Earlier): Promise<Outcome> {
  const route = routeOf(scene);
  const { value: region } = route.region;
  if (route.geo === "none")
    return { status: "ok", message: `${region} alone: the model is called without a profile` };
  const isUp = !scene.flags.offline && (await earlier("control_plane")).status !== "skipped";
  const listed = isUp ? await listedDestinations(scene, route, signal) : null;
  if (listed !== null) return { status: "ok", message: listed };
  if (route.geo === "global")
    return { status: "ok", message: "any commercial AWS Region (a global profile)" };
  const known = route.geo === null ? null : regionsOfGeo(route.geo);
  if (known === null) return skipped("AWS does not tell, and the catalog does not know the profile");
  return { status: "ok", message: `${known.join(", ")} (by the catalog)` };
}

/** As AWS tells; null where it does not. */
async function listedDestinations(scene: Scene, route: Route, signal: AbortSignal): Promise<string | null> {
  try {
    const profile = await (await scene.diagnosis()).control().getInferenceProfile(route.modelId, { signal });
    const regions = [...new Set(profile.modelArns.map((arn) => arn.split(":")[3] ?? ""))];
    if (regions.includes("")) return "any commercial AWS Region (a global profile)";
    return regions.length === 0 ? null : `${regions.join(", ")}; policies must allow every one of them`;
  } catch (error) {
    if (error instanceof CbrError) return null;
    throw error;
  }
}

async function logging(scene: Scene, signal: AbortSignal): Promise<Outcome> {
  try {
    const config = await (await scene.diagnosis()).control().getLogging({ signal });
    if (config === null)
      return { status: "ok", message: "off: nobody keeps what is sent (`cbr logging enable`)" };
    const places = [s3Url(config.s3Config), config.cloudWatchConfig?.logGroupName ?? null];
    const where = places.filter((place) => place !== null).join(" and ");
    return {
      status: "ok",
      message: `on: ${loggedKinds(config).join(", ") || "nothing"} to ${where || "nowhere"}`,
    };
  } catch (error) {
    if (!(error instanceof CbrError)) throw error;
    return skipped(`cannot be seen: ${error.message}`);
  }
}

async function invoke(scene: Scene, signal: AbortSignal): Promise<Outcome> {
  const { context, settings } = scene;
  if (settings === null) return skipped("needs settings");
  const route = routeOf(scene);
  const request: ClaudeRequest = {
    api: route.api,
    modelId: route.modelId,
    region: route.region.value,
    stream: true,
    body: { max_tokens: 16, messages: [{ role: "user", content: "Say OK." }] },
    betas: [],
  };
  const startedAt = context.host.elapsed();
  const claude = await context.claude(settings, route.region.value);
  let stopReason: string | null = null;
  for await (const event of claude.send(request, { signal })) {
    if (event.type === "stop") stopReason = event.stopReason;
  }
  const time = Math.round(context.host.elapsed() - startedAt);
  return {
    status: "ok",
    message: `${route.modelId} answered in ${time} ms (stop reason ${stopReason ?? "unknown"})`,
  };
}

/** Runs after `model` succeeded: there is a route. */
function routeOf({ route }: Scene): Route {
  if (route instanceof CbrError) throw route;
  return route;
}

/** The context of other commands' code: ended by our deadline, and with nothing to say on stderr. */
function silent(context: Context, signal: AbortSignal): Context {
  const report = new Report(context.io, []);
  report.isQuiet = true;
  return { ...context, signal, report };
}
