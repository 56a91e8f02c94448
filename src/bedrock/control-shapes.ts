// From the SDK's shapes to ours: nothing undefined, times as ISO 8601, and a record without its id is dropped.
import type {
  LoggingConfig as AwsLoggingConfig,
  FoundationModelSummary,
  GetAccountDataRetentionResponse,
  GetFoundationModelAvailabilityResponse,
  InferenceProfileSummary,
  Offer,
} from "@aws-sdk/client-bedrock";
import type {
  AgreementOffer,
  Availability,
  DataRetention,
  FoundationModel,
  InferenceProfile,
  LoggingConfig,
  UseCaseForm,
} from "../core/control-plane.ts";

/** A date of the service; a malformed one is null. */
export function isoTime(date: Date | undefined): string | null {
  if (date === undefined || Number.isNaN(date.getTime())) return null;
  return date.toISOString().replace(".000Z", "Z");
}

export function toModel(model: FoundationModelSummary): FoundationModel[] {
  if (!model.modelId) return [];
  const life = model.modelLifecycle;
  return [
    {
      id: model.modelId,
      arn: model.modelArn ?? "",
      name: model.modelName ?? null,
      provider: model.providerName ?? null,
      status: life?.status ?? null,
      startOfLife: isoTime(life?.startOfLifeTime),
      legacy: isoTime(life?.legacyTime),
      publicExtendedAccess: isoTime(life?.publicExtendedAccessTime),
      endOfLife: isoTime(life?.endOfLifeTime),
      inputModalities: model.inputModalities ?? [],
      outputModalities: model.outputModalities ?? [],
      inferenceTypes: model.inferenceTypesSupported ?? [],
      isStreaming: model.responseStreamingSupported ?? null,
    },
  ];
}

export function toProfile(profile: Partial<InferenceProfileSummary>): InferenceProfile[] {
  if (!profile.inferenceProfileId) return [];
  return [
    {
      id: profile.inferenceProfileId,
      arn: profile.inferenceProfileArn ?? "",
      name: profile.inferenceProfileName ?? profile.inferenceProfileId,
      description: profile.description ?? null,
      type: profile.type === "APPLICATION" ? "APPLICATION" : "SYSTEM_DEFINED",
      status: profile.status ?? "ACTIVE",
      modelArns: (profile.models ?? []).flatMap((model) => model.modelArn ?? []),
    },
  ];
}

export function toAvailability(reply: GetFoundationModelAvailabilityResponse): Availability {
  return {
    modelId: reply.modelId ?? "",
    agreement: {
      status: reply.agreementAvailability?.status ?? "ERROR",
      errorMessage: reply.agreementAvailability?.errorMessage ?? null,
    },
    authorization: reply.authorizationStatus ?? "NOT_AUTHORIZED",
    entitlement: reply.entitlementAvailability ?? "NOT_AVAILABLE",
    region: reply.regionAvailability ?? "NOT_AVAILABLE",
  };
}

export function toOffer(offer: Offer): AgreementOffer[] {
  if (!offer.offerToken) return [];
  const terms = offer.termDetails;
  return [
    {
      id: offer.offerId ?? null,
      token: offer.offerToken,
      legalUrl: terms?.legalTerm?.url ?? null,
      refundPolicy: terms?.supportTerm?.refundPolicyDescription ?? null,
      duration: terms?.validityTerm?.agreementDuration ?? null,
      rates: (terms?.usageBasedPricingTerm?.rateCard ?? []).map((rate) => ({
        dimension: rate.dimension ?? null,
        price: rate.price ?? null,
        unit: rate.unit ?? null,
        description: rate.description ?? null,
      })),
    },
  ];
}

export function toDataRetention(reply: GetAccountDataRetentionResponse): DataRetention {
  return { mode: reply.mode ?? "default", updatedAt: isoTime(reply.updatedAt) };
}

/** The form is JSON, sometimes base64 once more: the console and the CLI differ. */
export function toForm(data: Uint8Array | undefined): UseCaseForm {
  const text = new TextDecoder().decode(data);
  for (const candidate of [text, fromBase64(text)]) {
    try {
      const value: unknown = JSON.parse(candidate);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as UseCaseForm;
    } catch {
      // the next reading may do
    }
  }
  return { raw: text };
}

function fromBase64(text: string): string {
  return Buffer.from(text, "base64").toString();
}

/** null where neither destination is set: logging is then off. */
export function toLogging(config: AwsLoggingConfig | undefined): LoggingConfig | null {
  if (config === undefined || (config.cloudWatchConfig === undefined && config.s3Config === undefined))
    return null;
  // The shape is the same; the SDK only allows undefined where ours leaves the key out.
  return JSON.parse(JSON.stringify(config)) as LoggingConfig;
}
