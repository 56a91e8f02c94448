// AWS's own lists of models and profiles, as the commands of `cbr models` ask for them.
import type { Context } from "../../cli/context.ts";
import type {
  CallOptions,
  ControlPlane,
  FoundationModel,
  InferenceProfile,
} from "../../core/control-plane.ts";
import { CbrError } from "../../core/errors.ts";
import type { LiveLists } from "../../models/live.ts";

/** Options of a call whose notices go to stderr. */
export function callOptions(context: Context): CallOptions {
  return { signal: context.signal, onNotice: (notice) => context.report.notice(notice.message) };
}

/** As `callOptions`, for calls whose failure is not the command's: their attempts are nobody's concern without `-v`. */
function quietOptions(context: Context): CallOptions {
  return { signal: context.signal, onNotice: (notice) => context.report.verbose(notice.message) };
}

/** Both lists, all pages, asked at once. Throws CbrError where either is refused; application profiles may be. */
export async function fetchLive(control: ControlPlane, context: Context): Promise<LiveLists> {
  const options = quietOptions(context);
  const [models, system, own] = await Promise.all([
    control.listFoundationModels(options),
    control.listInferenceProfiles("SYSTEM_DEFINED", options),
    control.listInferenceProfiles("APPLICATION", options).catch((error: unknown) => {
      if (!(error instanceof CbrError)) throw error;
      context.report.verbose(`application inference profiles are not listed: ${error.message}`);
      return [];
    }),
  ]);
  return {
    models: unique(models.filter(({ id }) => id.startsWith("anthropic."))).map(toLiveModel),
    profiles: unique([...system, ...own].filter(isOfClaude)).map(toLiveProfile),
    region: control.region,
    fetchedAt: context.host.now(),
  };
}

/** Each once: a local or recorded service may not heed the filters of a call and answer each with everything. */
function unique<T extends { id: string; arn?: string | undefined }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.arn || item.id, item])).values()];
}

/** A failure of the service in one line, with its request id. */
export function inOneLine(error: CbrError): string {
  return error.aws?.requestId ? `${error.message} (request id ${error.aws.requestId})` : error.message;
}

function toLiveModel(model: FoundationModel) {
  return {
    id: model.id,
    name: model.name ?? model.id,
    lifecycle: model.status ?? "ACTIVE",
    inferenceTypes: model.inferenceTypes,
  };
}

function isOfClaude(profile: InferenceProfile): boolean {
  return profile.id.includes("anthropic.") || profile.modelArns.some((arn) => arn.includes("/anthropic."));
}

function toLiveProfile(profile: InferenceProfile) {
  return {
    id: profile.id,
    arn: profile.arn,
    modelIds: [...new Set(profile.modelArns.map((arn) => arn.slice(arn.lastIndexOf("/") + 1)))],
    destinationRegions: [...new Set(profile.modelArns.map((arn) => arn.split(":")[3] ?? ""))].filter(Boolean),
    status: profile.status,
  };
}
