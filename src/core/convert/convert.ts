// One request from one dialect to another, with a note for everything that is not as it was.
import { betaOnBedrock } from "./betas.ts";
import { BEDROCK_VERSION, type DraftBody, toAnthropic, toInvoke, toMantle } from "./body.ts";
import { converseBody } from "./converse-request.ts";
import { withoutUnsupported } from "./features.ts";
import type { JsonObject } from "./json.ts";
import { type Note, Notes } from "./notes.ts";
import type { Source } from "./source.ts";

export const DIALECTS = ["bedrock", "anthropic", "converse", "mantle"] as const;
export type Dialect = (typeof DIALECTS)[number];

/** What the catalog says of the model, as far as a conversion needs it. null: not known. */
export interface ModelFacts {
  /** The model's name in the target's words. */
  id: string | null;
  structuredOutput: boolean | null;
  automaticCaching: boolean | null;
  /** The model's own name where the target does not serve it; then `id` is what it would be called. */
  notServed: string | null;
  /** Nobody knows the name in the body; it may be newer than this program. */
  isUnknown?: true;
}

/** The output token limit where a body names none and the target wants one. */
const DEFAULT_MAX_TOKENS = 8192;

/**
 * Converts `source` and says what changed. Notes of kind `lost` name what `to` cannot do: the result is without it, and
 * the caller decides whether that is an error.
 */
export function convertRequest(
  source: Source,
  to: Dialect,
  model: ModelFacts,
): { json: JsonObject; notes: Note[] } {
  const notes = new Notes();
  notes.list.push(...source.notes);
  const body = bodyFor(source.body, to, model, notes);
  const betas = betasFor(source.betas, to, notes);
  if (source.form === "converse" && to !== "converse") moveConverseSettings(source, to, notes);
  noteEnvelope(source, to, model, betas, notes);
  const json = write(source, to, model, { body, betas }, notes);
  return { json, notes: notes.list };
}

function write(
  source: Source,
  to: Dialect,
  model: ModelFacts,
  { body, betas }: { body: DraftBody; betas: string[] },
  notes: Notes,
): JsonObject {
  switch (to) {
    case "bedrock":
      return toInvoke(body, betas);
    case "anthropic":
      return toAnthropic(body, model.id, source.stream);
    case "mantle":
      return toMantle(body, model.id, source.stream);
    case "converse": {
      const converted = converseBody(body, betas);
      notes.list.push(...converted.notes);
      return { ...converted.body, ...converseSettings(source) };
    }
    default:
      return to satisfies never;
  }
}

function bodyFor(source: DraftBody, to: Dialect, model: ModelFacts, notes: Notes): DraftBody {
  const body = { ...source };
  if (body.max_tokens === undefined && to !== "converse") {
    body.max_tokens = DEFAULT_MAX_TOKENS;
    notes.changed("max_tokens", `set to ${DEFAULT_MAX_TOKENS}; it is required there`);
  }
  if (to === "anthropic") {
    for (const key of Object.keys(body).filter((name) => name.startsWith("amazon-bedrock-"))) {
      notes.lost(key, `${targetName(to)} has no \`${key}\``);
      delete body[key];
    }
    return body;
  }
  const pruned = withoutUnsupported(body, {
    name: targetName(to),
    hasStructuredOutput: to !== "mantle" && model.structuredOutput !== false,
    hasAutomaticCaching: model.automaticCaching,
  });
  notes.list.push(...pruned.notes);
  return pruned.body;
}

function betasFor(betas: readonly string[], to: Dialect, notes: Notes): string[] {
  if (to === "anthropic") return [...betas];
  const kept = betas.flatMap((beta) => {
    const fate = betaOnBedrock(beta);
    if (fate.kind === "dropped") notes.changed(`beta \`${beta}\``, "dropped; Bedrock does not take it");
    if (fate.kind === "renamed") notes.changed(`beta \`${beta}\``, `is \`${fate.name}\` on Bedrock`);
    if (fate.kind === "unknown")
      notes.changed(`beta \`${beta}\``, "kept, though it is not known to work on Bedrock");
    return fate.kind === "dropped" ? [] : [fate.name];
  });
  return [...new Set(kept)];
}

/** What moves between body, URL and headers. */
function noteEnvelope(source: Source, to: Dialect, model: ModelFacts, betas: string[], notes: Notes): void {
  const isInUrl = to === "bedrock" || to === "converse";
  if (model.notServed !== null) notes.lost("model", `${targetName(to)} does not serve ${model.notServed}`);
  if (source.model !== null && model.isUnknown === true) {
    const where = isInUrl ? "goes into the URL as it is" : "stays as it is";
    notes.changed("model", `\`${source.model}\` ${where}: no model is known by this name`);
  } else if (source.model !== null && isInUrl) {
    notes.changed("model", `\`${source.model}\` goes into the URL, as \`${model.id ?? source.model}\``);
  } else if (source.model !== null && model.id !== null && model.id !== source.model) {
    notes.changed("model", `\`${source.model}\` is \`${model.id}\` there`);
  } else if (model.id === null && !isInUrl) {
    notes.changed("model", "the body names none; add it, or give it with `--model`");
  }
  if (source.stream !== null && isInUrl) {
    const operation = {
      bedrock: ["invoke", "invoke-with-response-stream"],
      converse: ["converse", "converse-stream"],
    };
    const path = operation[to as keyof typeof operation][source.stream ? 1 : 0];
    notes.changed("stream", `goes into the URL, as \`/${path}\``);
  }
  if (source.version !== BEDROCK_VERSION && to === "bedrock") {
    notes.changed("anthropic_version", `\`${BEDROCK_VERSION}\` added`);
  }
  if (source.version !== null && source.form === "bedrock" && !isInUrl) {
    notes.changed("anthropic_version", "is the header `anthropic-version: 2023-06-01` there");
  }
  if (betas.length === 0) return;
  if (!isInUrl) notes.changed("anthropic_beta", `is the header \`anthropic-beta: ${betas.join(",")}\` there`);
  else if (to === "converse") notes.changed("anthropic_beta", "goes into `additionalModelRequestFields`");
  else if (source.form === "curl") notes.changed("anthropic-beta", "goes from the header into the body");
}

function moveConverseSettings(source: Source, to: Dialect, notes: Notes): void {
  const { guardrail, tags, latency, serviceTier } = source.converse ?? {};
  const settings: [path: string, value: unknown, header: string][] = [
    ["guardrailConfig", guardrail, "X-Amzn-Bedrock-GuardrailIdentifier` and `-GuardrailVersion"],
    ["requestMetadata", tags, "X-Amzn-Bedrock-Request-Metadata"],
    ["performanceConfig", latency, "X-Amzn-Bedrock-PerformanceConfig-Latency"],
    ["serviceTier", serviceTier, "X-Amzn-Bedrock-Service-Tier"],
  ];
  for (const [path, value, header] of settings) {
    if (value === null || value === undefined) continue;
    if (to === "bedrock") notes.changed(path, `goes into the header \`${header}\``);
    else notes.lost(path, `${targetName(to)} has no \`${path}\``);
  }
}

function converseSettings(source: Source): JsonObject {
  const { guardrail, tags, latency, serviceTier } = source.converse ?? {};
  return {
    ...(guardrail && {
      guardrailConfig: {
        guardrailIdentifier: guardrail.id,
        guardrailVersion: guardrail.version,
        ...(guardrail.trace !== null && { trace: guardrail.trace }),
      },
    }),
    ...(tags && { requestMetadata: tags }),
    ...(latency && { performanceConfig: { latency } }),
    ...(serviceTier && { serviceTier: { type: serviceTier } }),
  };
}

function targetName(to: Dialect): string {
  return { anthropic: "Anthropic's API", bedrock: "Bedrock", converse: "Bedrock", mantle: "bedrock-mantle" }[
    to
  ];
}
