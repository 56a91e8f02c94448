// Which model, profile, ARN or operation was asked for.
import type { Pattern } from "./failure.ts";
import { inRegion, theModel } from "./words.ts";

const kinds = ["refused", "missing"] as const;

export const MODEL_PATTERNS: readonly Pattern[] = [
  {
    code: "needs_inference_profile",
    kinds,
    message: /(?:model id (\S+) )?with on-demand throughput isn.?t supported/i,
    sentence: ({ groups, facts }) =>
      `\`${groups[1] ?? facts.modelId ?? "the model"}\` can be called only through an inference profile${inRegion(facts)}`,
    hint: ({ groups, facts }) =>
      `add \`--geo global\` (or \`us\`, \`eu\` …) and name the model by its alias; \`cbr models show ${groups[1] ?? facts.modelId ?? "MODEL"}\` lists its profiles`,
  },
  {
    code: "arn_region_mismatch",
    kinds,
    message: /arn is invalid for the service region/i,
    sentence: ({ facts }) => {
      const region = regionOf(facts.modelId);
      return region === null
        ? `the ARN is of another region${facts.region ? ` than ${facts.region}` : ""}`
        : `the ARN is of ${region}${facts.region ? `, and ${facts.region} was called` : ""}`;
    },
    hint: ({ facts }) => `use \`--region ${regionOf(facts.modelId) ?? "REGION"}\`, the region in the ARN`,
  },
  {
    code: "model_not_found",
    kinds,
    message: /model identifier is invalid|could not resolve the foundation model|invalid model id/i,
    sentence: unknownModel,
    hint: nearestHint,
  },
  {
    code: "model_not_found",
    kinds,
    message: /^model: ?\S+|model ['"`]?\S+ (?:was )?(?:not found|does not exist)/i,
    sentence: unknownModel,
    hint: ({ facts, failure, groups }) =>
      facts.nearestModels?.length
        ? nearestHint({ facts, failure, groups })
        : "bedrock-mantle takes bare ids such as `anthropic.claude-opus-4-8`, and not every region serves every model: use another `--api` or `--region`",
  },
  {
    code: "guardrail_not_found",
    kinds,
    message: /guardrail identifier(?: or version)?.*(?:does not exist|is invalid|not found)/i,
    sentence: ({ facts }) => `Bedrock does not know the guardrail${inRegion(facts)}`,
  },
  {
    code: "resource_not_found",
    kinds,
    message: /resource arn was not found|no provisioned (?:model|throughput)|resource ?arn.*not found/i,
    sentence: ({ facts }) =>
      `there is no such ARN${inRegion(facts)}${facts.modelId?.startsWith("arn:") ? `: ${theModel(facts)}` : ""}`,
  },
  {
    code: "unsupported_operation",
    kinds,
    message:
      /action or operation requested is (?:not valid|invalid)|unknownoperationexception|invalid ?action\b/i,
  },
  { code: "unsupported_operation", kinds, names: ["unknownoperation", "invalidaction"] },
  {
    code: "conflict",
    kinds,
    message: /because of a conflict while performing/i,
  },
  { code: "conflict", kinds, names: ["conflict"] },
];

function unknownModel({ facts }: Parameters<NonNullable<Pattern["sentence"]>>[0]): string {
  return facts.modelId === undefined
    ? `Bedrock does not know the model${inRegion(facts)}`
    : `Bedrock does not know the model ${theModel(facts)}${inRegion(facts)}`;
}

function nearestHint({ facts }: Parameters<NonNullable<Pattern["sentence"]>>[0]): string {
  const near = facts.nearestModels ?? [];
  return near.length > 0
    ? `did you mean ${near.map((name) => `\`${name}\``).join(" or ")}?`
    : "see `cbr models list` for the ids and profiles of this region";
}

function regionOf(arn: string | undefined): string | null {
  return /^arn:aws[\w-]*:[\w-]+:([a-z0-9-]+):/.exec(arn ?? "")?.[1] ?? null;
}
