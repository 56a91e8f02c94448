// What the mock must know of a model to treat a request for it as the service would.

export interface MockProfile {
  id: string;
  prefix: string;
  /** Regions from which it may be called; empty: unknown, so any. */
  sourceRegions: readonly string[];
}

export interface MockModel {
  name: string;
  baseId: string;
  mantleId: string | null;
  profiles: readonly MockProfile[];
  onDemandRegions: readonly string[];
  /** Which runtime APIs serve it. */
  isOnRuntime: boolean;
  isOnRuntimeMessages: boolean;
  isRetired: boolean;
  contextWindow: number;
  maxOutputTokens: number;
  thinking: "none" | "budget_tokens" | "adaptive_or_budget" | "adaptive" | "adaptive_always";
  effortLevels: readonly string[];
  takesSampling: boolean;
  forcedToolChoice: "yes" | "no" | "without_thinking";
  takesPrefill: boolean;
  takesStructuredOutput: boolean;
  minCacheTokens: number;
  isCountable: boolean;
}

export interface Resolved {
  model: MockModel;
  /** Null for a bare id. */
  profile: MockProfile | null;
}

const US = ["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1"];
const EU = ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"];

function model(name: string, baseId: string, prefixes: string[], more: Partial<MockModel> = {}): MockModel {
  return {
    name,
    baseId,
    mantleId: null,
    profiles: prefixes.map((prefix) => ({
      id: `${prefix}.${baseId}`,
      prefix,
      sourceRegions: prefix === "us" ? US : prefix === "eu" ? EU : [],
    })),
    onDemandRegions: [],
    isOnRuntime: true,
    isOnRuntimeMessages: false,
    isRetired: false,
    contextWindow: 200_000,
    maxOutputTokens: 64_000,
    thinking: "budget_tokens",
    effortLevels: [],
    takesSampling: true,
    forcedToolChoice: "yes",
    takesPrefill: true,
    takesStructuredOutput: true,
    minCacheTokens: 1024,
    isCountable: true,
    ...more,
  };
}

const LEVELS = ["low", "medium", "high", "max"];
export const MODELS: readonly MockModel[] = [
  model("Claude Opus 4.6", "anthropic.claude-opus-4-6-v1", ["global", "us", "eu", "jp", "apac", "au"], {
    maxOutputTokens: 128_000,
    contextWindow: 1_000_000,
    thinking: "adaptive_or_budget",
    effortLevels: LEVELS,
    takesPrefill: false,
  }),
  model("Claude Sonnet 4.6", "anthropic.claude-sonnet-4-6", ["global", "us", "eu", "jp", "au"], {
    contextWindow: 1_000_000,
    thinking: "adaptive_or_budget",
    effortLevels: LEVELS,
    takesPrefill: false,
  }),
];

const GEO = /^(global|us-gov|us|eu|jp|au|in|apac)\./;

/** The model that a base id or profile id names, or null. */
export function findModel(id: string): Resolved | null {
  for (const candidate of MODELS) {
    if (candidate.baseId === id) return { model: candidate, profile: null };
    const profile = candidate.profiles.find((p) => p.id === id);
    if (profile) return { model: candidate, profile };
  }
  return null;
}

/** The model behind a mantle id. */
export function findMantleModel(id: string): MockModel | null {
  return MODELS.find((candidate) => candidate.mantleId === id) ?? null;
}

/** `claude-opus-4-6` of `global.anthropic.claude-opus-4-6-v1`: what the service calls a model in its replies. */
export function firstPartyId(id: string): string {
  return id
    .replace(/^.*\//, "")
    .replace(GEO, "")
    .replace(/^anthropic\./, "")
    .replace(/-v\d+(:\d+)?$/, "");
}
