// What Bedrock itself adds to a call, whichever API carries it: guardrail, trace, service tier, latency, metadata.
import type { CatalogModel } from "../models/catalog.ts";
import { type Answer, idOf, textOf } from "./answer.ts";
import { MOCK_ACCOUNT } from "./credentials.ts";
import { splitText } from "./pieces.ts";
import { type MockRequest, validationError } from "./routes.ts";
import { type Fields, isFields } from "./rules/violation.ts";

/** The guardrail that every mock account has, and the word that it blocks. */
export const MOCK_GUARDRAILS = ["gr-mock", "mockguardrail"];
export const FORBIDDEN_WORD = "forbidden";
const BLOCKED_TEXT = "Sorry, the model cannot answer this question.";

export interface BedrockOptions {
  guardrail: { id: string; version: string } | null;
  trace: boolean;
  serviceTier: string | null;
  latency: string | null;
}

/** The options in the headers of InvokeModel and of Messages on runtime. Throws MockError. */
export function headerOptions(request: MockRequest, model: CatalogModel): BedrockOptions {
  const header = (name: string) => request.headers[`x-amzn-bedrock-${name}`];
  const trace = header("trace");
  if (trace !== undefined && !["ENABLED", "DISABLED", "ENABLED_FULL"].includes(trace)) {
    throw validationError(
      `1 validation error detected: Value '${trace}' at 'trace' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED, ENABLED_FULL]`,
    );
  }
  const metadata = header("request-metadata");
  if (metadata !== undefined) checkMetadataText(metadata);
  return checkOptions(
    {
      guardrail: guardrailOf(header("guardrailidentifier"), header("guardrailversion")),
      trace: trace === "ENABLED" || trace === "ENABLED_FULL",
      serviceTier: header("service-tier") ?? null,
      latency: header("performanceconfig-latency") ?? null,
    },
    model,
  );
}

/** The options in a Converse body. Throws MockError. */
export function converseOptions(body: Fields, model: CatalogModel): BedrockOptions {
  const guardrail = body["guardrailConfig"] as Record<string, string | undefined> | undefined;
  const latency = (body["performanceConfig"] as { latency?: string } | undefined)?.latency;
  const tier = (body["serviceTier"] as { type?: string } | undefined)?.type;
  if (body["requestMetadata"] !== undefined) checkMetadata(body["requestMetadata"]);
  return checkOptions(
    {
      guardrail: guardrail
        ? guardrailOf(guardrail["guardrailIdentifier"], guardrail["guardrailVersion"])
        : null,
      trace: guardrail?.["trace"] === "enabled" || guardrail?.["trace"] === "enabled_full",
      serviceTier: tier ?? null,
      latency: latency ?? null,
    },
    model,
  );
}

function guardrailOf(id: string | undefined, version: string | undefined): BedrockOptions["guardrail"] {
  if (id === undefined && version === undefined) return null;
  if (id === undefined || version === undefined) {
    throw validationError("The guardrail identifier and version must be provided together.");
  }
  const name = id.replace(new RegExp(`^arn:aws[\\w-]*:bedrock:[a-z0-9-]+:${MOCK_ACCOUNT}:guardrail/`), "");
  if (!/^[a-z0-9-]{1,64}$/.test(name)) throw validationError("The provided guardrail identifier is invalid.");
  if (!MOCK_GUARDRAILS.includes(name) || !["DRAFT", "1"].includes(version)) {
    throw validationError("The guardrail identifier or version provided in the request does not exist.");
  }
  return { id: name, version };
}

function checkOptions(options: BedrockOptions, model: CatalogModel): BedrockOptions {
  const { serviceTier: tier, latency } = options;
  if (tier !== null && !["priority", "default", "flex", "reserved"].includes(tier)) {
    throw validationError("The provided service tier is invalid.");
  }
  if (tier !== null && tier !== "default" && !model.service_tiers.includes(tier)) {
    throw validationError("The provided service tier is not supported for this model");
  }
  if (latency !== null && latency !== "standard") {
    throw validationError(`Latency performance configuration is not supported for ${model.base_id}`);
  }
  return options;
}

function checkMetadataText(text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw validationError("Request metadata is not valid JSON");
  }
  checkMetadata(value);
}

const KEY = /^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/;
const VALUE = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/;

function checkMetadata(value: unknown): void {
  if (!isFields(value)) throw validationError("Request metadata must be a map of strings");
  const entries = Object.entries(value);
  if (entries.length < 1 || entries.length > 16) {
    throw validationError("Request metadata must have between 1 and 16 entries");
  }
  for (const [key, text] of entries) {
    if (!KEY.test(key))
      throw validationError("Request metadata contains a key that violates the regular expression");
    if (typeof text !== "string" || !VALUE.test(text)) {
      throw validationError("Request metadata contains a value that violates the regular expression");
    }
  }
}

/** Does the guardrail stop this request, for what the user says last? */
export function isBlocked(options: BedrockOptions, body: Fields): boolean {
  if (options.guardrail === null) return false;
  const last = ((body["messages"] ?? []) as { role: string; content: unknown }[]).findLast(
    (m) => m.role === "user",
  );
  return textOf(last?.content).toLowerCase().includes(FORBIDDEN_WORD);
}

/** What the guardrail says in Claude's place. */
export function blockedAnswer(model: string, body: Fields): Answer {
  return {
    id: idOf("bedrock-guardrails-", body),
    model,
    content: [{ type: "text", text: BLOCKED_TEXT }],
    pieces: [splitText(BLOCKED_TEXT)],
    stopReason: "end_turn",
    stopSequence: null,
    usage: {
      input_tokens: 0,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: 0,
    },
    extra: {},
  };
}

/** The trace of a guardrail's work, as far as clients look into it. */
export function guardrailTrace(options: BedrockOptions, blocked: boolean): Fields {
  const words = blocked
    ? { wordPolicy: { customWords: [{ match: FORBIDDEN_WORD, action: "BLOCKED" }] } }
    : {};
  const { id } = options.guardrail as { id: string };
  return {
    ...(blocked && { actionReason: "Guardrail blocked." }),
    inputAssessment: {
      [id]: {
        ...words,
        invocationMetrics: { guardrailProcessingLatency: 12, usage: { wordPolicyUnits: 1 } },
      },
    },
  };
}
