// What the checks of one run share: the settings, or why there are none, the route of the default model, and the way to AWS.
import type { Context } from "../../cli/context.ts";
import { readApiKey } from "../../core/api-key.ts";
import type { Diagnosis, Reached } from "../../core/diagnosis.ts";
import { CbrError } from "../../core/errors.ts";
import { regionsOfGeo } from "../../models/geos.ts";
import { DEFAULT_MODEL } from "../../models/names.ts";
import { type Route, resolveRoute } from "../../models/route.ts";
import { bearerToken } from "../../settings/bearer.ts";
import { readLiveLists } from "../../settings/live-cache.ts";
import type { Settings } from "../../settings/settings.ts";

export interface DoctorFlags {
  json?: boolean;
  offline?: boolean;
  invoke?: boolean;
  [name: string]: unknown;
}

export interface Scene {
  readonly context: Context;
  readonly flags: DoctorFlags;
  /** null: they cannot be used, see `failure`. */
  readonly settings: Settings | null;
  /** What is wrong with the settings, with the API key among them, or null. */
  readonly failure: CbrError | null;
  readonly region: { value: string; source: string };
  /** The default model's route, or why it has none. */
  readonly route: Route | CbrError;
  /** The Bedrock API key in use; null with AWS credentials. */
  readonly token: string | null;
  /** Opened on first use. */
  diagnosis(): Promise<Diagnosis>;
  /** What the checks of endpoints found, for those after them. */
  readonly reached: Map<string, Reached>;
}

/** Failures that are about the API key: without it the rest of the chain can still be looked at. */
const KEY_CODES: ReadonlySet<string> = new Set(["api_key_malformed", "first_party_key", "no_credentials"]);

/** Is a failure of the settings one of the API key? */
export function isAboutKey(failure: CbrError | null): boolean {
  return failure !== null && KEY_CODES.has(failure.code);
}

/** Reads settings and stored lists. Says nothing on stderr: what there is to say are findings. */
export async function openScene(context: Context, flags: DoctorFlags): Promise<Scene> {
  const { settings, failure } = await loadQuietly(context, flags);
  const route =
    settings === null
      ? new CbrError("bad_setting", { message: "there are no settings" })
      : await routeOf(context, settings);
  const region = regionFor(settings, route);
  const api = !(route instanceof CbrError) && route.api === "mantle" ? "bedrock-mantle" : "bedrock-runtime";
  let open: Promise<Diagnosis> | null = null;
  return {
    context,
    flags,
    settings,
    failure,
    region,
    route,
    token: settings === null || settings.auth?.value === "sigv4" ? null : bearerToken(settings),
    reached: new Map(),
    diagnosis() {
      if (settings === null) throw new Error("there are no settings");
      open ??= context.diagnosis(settings, region.value, api).then((diagnosis) => {
        context.onExit(() => diagnosis.close());
        return diagnosis;
      });
      return open;
    },
  };
}

/** `bedrock-api-key-…` and the like; for messages. */
export function kindOfKey(token: string): string {
  const { kind } = readApiKey(token);
  return kind === "unknown" ? "API key" : `${kind} Bedrock API key`;
}

async function loadQuietly(
  context: Context,
  flags: DoctorFlags,
): Promise<{ settings: Settings | null; failure: CbrError | null }> {
  const { report } = context;
  const { isQuiet } = report;
  report.isQuiet = true;
  try {
    const settings = await context.settings(flags);
    if (settings.auth?.value === "bearer" && settings.bearer === null) throw noKey(settings.auth.source);
    return { settings, failure: null };
  } catch (error) {
    if (!(error instanceof CbrError)) throw error;
    if (!isAboutKey(error)) return { settings: null, failure: error };
    const settings = await context.settings({ ...flags, auth: "sigv4" }).catch(() => null);
    return { settings, failure: error };
  } finally {
    report.isQuiet = isQuiet;
  }
}

function noKey(source: string): CbrError {
  return new CbrError("no_credentials", {
    message: `\`${source}\` asks for a Bedrock API key and there is none`,
    hint: "set `AWS_BEARER_TOKEN_BEDROCK`, or use `--api-key-file`",
  });
}

async function routeOf(context: Context, settings: Settings): Promise<Route | CbrError> {
  const region = settings.region?.value ?? null;
  const place = { host: context.host, settings, mainService: "bedrock-runtime" } as const;
  try {
    return resolveRoute({
      model: settings.model ?? { value: DEFAULT_MODEL, source: "default" },
      geo: settings.geo,
      region: settings.region,
      aliases: settings.aliases,
      isChecked: true,
      api: settings.api?.value ?? null,
      live: region === null ? null : await readLiveLists({ ...place, region }),
    });
  } catch (error) {
    if (error instanceof CbrError) return error;
    throw error;
  }
}

function regionFor(settings: Settings | null, route: Route | CbrError): { value: string; source: string } {
  if (!(route instanceof CbrError)) return route.region;
  const set = settings?.region ?? null;
  if (set !== null) return set;
  return { value: regionsOfGeo(settings?.geo?.value ?? "")?.[0] ?? "us-east-1", source: "default" };
}
