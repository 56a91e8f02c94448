// The least IAM policy that lets a principal do what was asked, and nothing beside it.
// Source of the shape: Bedrock User Guide, "Prerequisites for inference profiles" and "Global cross-Region inference".

export const POLICY_FEATURES = [
  "stream",
  "no-stream",
  "count",
  "guardrail",
  "models",
  "access",
  "logging",
  "mantle",
] as const;
export type PolicyFeature = (typeof POLICY_FEATURES)[number];

export interface PolicyRequest {
  /** What goes into the request: base id, profile id or ARN. */
  modelId: string;
  /** The foundation model's id; null where an ARN does not tell. */
  baseId: string | null;
  /** `none` for a bare id, null where an ARN does not tell. */
  geo: string | null;
  region: string;
  /** Regions that a geo profile may route to. */
  destinations: readonly string[];
  features: ReadonlySet<PolicyFeature>;
  /** The first call of an account subscribes it to the model. */
  isFirstUse: boolean;
  /** The principal of a Bedrock API key. */
  isBearer: boolean;
}

export interface PolicyStatement {
  Sid: string;
  Effect: "Allow";
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

export interface Policy {
  Version: "2012-10-17";
  Statement: PolicyStatement[];
}

/** The policy for `request`. Without `stream` and `no-stream` both ways of asking are allowed. */
export function leastPrivilege(request: PolicyRequest): Policy {
  const { features } = request;
  const isRuntime = !features.has("mantle");
  return {
    Version: "2012-10-17",
    Statement: [
      ...(isRuntime ? inference(request) : [mantleInference(request)]),
      ...(features.has("count") ? [count(request)] : []),
      ...(features.has("guardrail") ? [guardrail(request)] : []),
      ...(features.has("models") ? [MODELS] : []),
      ...(features.has("access") ? [ACCESS] : []),
      ...(features.has("logging") ? [LOGGING, LOGGING_ROLE] : []),
      ...(request.isFirstUse || features.has("access") ? [MARKETPLACE] : []),
      ...(request.isBearer ? [bearer(request)] : []),
    ],
  };
}

/** Converse is authorized as InvokeModel, ConverseStream as InvokeModelWithResponseStream. */
function inferenceActions({ features }: PolicyRequest): string[] {
  const [isStream, isWhole] = [features.has("stream"), features.has("no-stream")];
  return [
    ...(isWhole || !isStream ? ["bedrock:InvokeModel"] : []),
    ...(isStream || !isWhole ? ["bedrock:InvokeModelWithResponseStream"] : []),
  ];
}

function inference(request: PolicyRequest): PolicyStatement[] {
  const { modelId, baseId, geo, region, destinations } = request;
  const Action = inferenceActions(request);
  const allow = (
    Sid: string,
    Resource: string | string[],
    Condition?: PolicyStatement["Condition"],
  ): PolicyStatement => ({ Sid, Effect: "Allow", Action, Resource, ...(Condition && { Condition }) });

  const isArn = modelId.startsWith("arn:");
  const isProfile = isArn ? /:(?:application-)?inference-profile\//.test(modelId) : modelId !== baseId;
  if (!isProfile) return [allow("CallModel", isArn ? modelId : modelArn(request, region))];

  const profile = isArn
    ? modelId
    : `arn:${partitionOf(region)}:bedrock:${region}:*:inference-profile/${modelId}`;
  const through = { ArnLike: { "bedrock:InferenceProfileArn": profile } };
  if (geo === "global") {
    return [
      allow("CallProfile", profile, { StringEquals: { "aws:RequestedRegion": region } }),
      allow("CallModelHere", modelArn(request, region), {
        StringEquals: { "aws:RequestedRegion": region },
        ...through,
      }),
      // A request that is routed globally has no region, neither in the ARN nor in the condition key.
      allow("CallModelAnywhere", modelArn(request, ""), {
        StringEquals: { "aws:RequestedRegion": "unspecified" },
        ...through,
      }),
    ];
  }
  const regions = destinations.length > 0 ? [...new Set([region, ...destinations])] : ["*"];
  return [
    allow("CallProfile", profile),
    allow(
      "CallModelThroughProfile",
      regions.map((one) => modelArn(request, one)),
      through,
    ),
  ];
}

function modelArn({ baseId, region }: PolicyRequest, inRegion: string): string {
  return `arn:${partitionOf(region)}:bedrock:${inRegion}::foundation-model/${baseId ?? "anthropic.*"}`;
}

function mantleInference({ region }: PolicyRequest): PolicyStatement {
  return {
    Sid: "CallMantle",
    Effect: "Allow",
    Action: ["bedrock-mantle:CreateInference"],
    Resource: `arn:${partitionOf(region)}:bedrock-mantle:${region}:*:project/*`,
  };
}

function count(request: PolicyRequest): PolicyStatement {
  return {
    Sid: "CountTokens",
    Effect: "Allow",
    Action: ["bedrock:CountTokens"],
    Resource: modelArn(request, request.region),
  };
}

function guardrail({ region }: PolicyRequest): PolicyStatement {
  return {
    Sid: "ApplyGuardrail",
    Effect: "Allow",
    Action: ["bedrock:ApplyGuardrail"],
    Resource: `arn:${partitionOf(region)}:bedrock:${region}:*:guardrail/*`,
  };
}

function bearer({ features }: PolicyRequest): PolicyStatement {
  return {
    Sid: "UseApiKey",
    Effect: "Allow",
    Action: [features.has("mantle") ? "bedrock-mantle:CallWithBearerToken" : "bedrock:CallWithBearerToken"],
    Resource: "*",
  };
}

const MODELS: PolicyStatement = {
  Sid: "SeeModels",
  Effect: "Allow",
  Action: [
    "bedrock:ListFoundationModels",
    "bedrock:ListInferenceProfiles",
    "bedrock:GetInferenceProfile",
    "bedrock:GetFoundationModelAvailability",
  ],
  Resource: "*",
};

const ACCESS: PolicyStatement = {
  Sid: "ManageModelAccess",
  Effect: "Allow",
  Action: [
    "bedrock:GetFoundationModelAvailability",
    "bedrock:ListFoundationModelAgreementOffers",
    "bedrock:CreateFoundationModelAgreement",
    "bedrock:GetUseCaseForModelAccess",
    "bedrock:PutUseCaseForModelAccess",
    "bedrock:GetAccountDataRetention",
    "bedrock:PutAccountDataRetention",
  ],
  Resource: "*",
};

const LOGGING: PolicyStatement = {
  Sid: "ManageInvocationLogging",
  Effect: "Allow",
  Action: [
    "bedrock:GetModelInvocationLoggingConfiguration",
    "bedrock:PutModelInvocationLoggingConfiguration",
    "bedrock:DeleteModelInvocationLoggingConfiguration",
  ],
  Resource: "*",
};

const LOGGING_ROLE: PolicyStatement = {
  Sid: "PassLoggingRole",
  Effect: "Allow",
  Action: ["iam:PassRole"],
  Resource: "*",
  Condition: { StringEquals: { "iam:PassedToService": "bedrock.amazonaws.com" } },
};

/** Only Bedrock, acting for the caller, may use these. */
const MARKETPLACE: PolicyStatement = {
  Sid: "SubscribeOnFirstUse",
  Effect: "Allow",
  Action: ["aws-marketplace:Subscribe", "aws-marketplace:Unsubscribe", "aws-marketplace:ViewSubscriptions"],
  Resource: "*",
  Condition: { StringEquals: { "aws:CalledViaLast": "bedrock.amazonaws.com" } },
};

function partitionOf(region: string): string {
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("eusc-") ? "aws-eusc" : "aws";
}
