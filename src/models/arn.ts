// The ARNs that Bedrock takes in place of a model id, and what each tells about where requests go.
import { splitProfileId } from "./live.ts";

/** Kinds of ARN that name something to call (InvokeModel's modelId, plus the control plane's spelling of a router). */
export const ARN_KINDS = [
  "foundation-model",
  "inference-profile",
  "application-inference-profile",
  "provisioned-model",
  "custom-model",
  "custom-model-deployment",
  "imported-model",
  "prompt",
  "prompt-router",
  "default-prompt-router",
  "endpoint",
] as const;
export type ArnKind = (typeof ARN_KINDS)[number];

export interface ModelArn {
  text: string;
  partition: string;
  /** null where the ARN leaves it out. */
  region: string | null;
  kind: ArnKind;
  /** What follows the kind: a model id, profile id, or the resource's own id. */
  name: string;
}

/**
 * Reads an ARN of any partition. `unknown-kind` for an ARN of Bedrock or SageMaker that names no model,
 * `malformed` for everything else that starts with `arn:`.
 */
export function parseArn(text: string): ModelArn | "unknown-kind" | "malformed" {
  const match = /^arn:(aws[a-z0-9-]*):(bedrock|sagemaker):([a-z0-9-]*):(\d{12}|aws|):([a-z-]+)\/(.+)$/.exec(
    text,
  );
  if (!match) return "malformed";
  const [, partition, service, region, , kind, name] = match as unknown as [string, ...string[]];
  const isKnown = (ARN_KINDS as readonly string[]).includes(kind ?? "");
  if (!isKnown || (kind === "endpoint") !== (service === "sagemaker")) return "unknown-kind";
  return {
    text,
    partition: partition ?? "aws",
    region: region || null,
    kind: kind as ArnKind,
    name: name ?? "",
  };
}

/** The base id an ARN names, where it names one. */
export function baseIdOfArn(arn: ModelArn): string | null {
  if (arn.kind === "foundation-model") return arn.name.split("/")[0] as string;
  if (arn.kind === "inference-profile") return splitProfileId(arn.name)?.baseId ?? null;
  return null;
}

/** `none` for what runs in its own region, a geo for a system profile, null where the ARN does not tell. */
export function geoOfArn(arn: ModelArn): string | null {
  switch (arn.kind) {
    case "foundation-model":
    case "provisioned-model":
    case "custom-model":
    case "custom-model-deployment":
    case "imported-model":
    case "endpoint":
      return "none";
    case "inference-profile":
      return splitProfileId(arn.name)?.geo ?? null;
    case "application-inference-profile":
    case "prompt":
    case "prompt-router":
    case "default-prompt-router":
      return null;
    default:
      return arn.kind satisfies never;
  }
}
