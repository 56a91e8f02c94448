// The ports to what is around the models: Bedrock's control plane and STS. Every call throws CbrError, and on abort
// the signal's reason. Times are ISO 8601 texts.

/** Where a caller's failure or a wait may be heard of, and what ends the call. */
export interface CallOptions {
  signal: AbortSignal;
  onNotice?: (notice: { code: string; message: string }) => void;
}

/** A model as ListFoundationModels tells it. */
export interface FoundationModel {
  id: string;
  arn: string;
  name: string | null;
  provider: string | null;
  /** `ACTIVE`, `LEGACY`, or a word newer than this program. */
  status: string | null;
  startOfLife: string | null;
  legacy: string | null;
  publicExtendedAccess: string | null;
  endOfLife: string | null;
  inputModalities: string[];
  outputModalities: string[];
  /** `ON_DEMAND`, `PROVISIONED`, `INFERENCE_PROFILE`. */
  inferenceTypes: string[];
  isStreaming: boolean | null;
}

export type ProfileType = "SYSTEM_DEFINED" | "APPLICATION";

/** An inference profile as the service tells it. */
export interface InferenceProfile {
  id: string;
  arn: string;
  name: string;
  description: string | null;
  type: ProfileType;
  status: string;
  /** The foundation models it may route to, one a destination region. */
  modelArns: string[];
}

/** GetFoundationModelAvailability: what stands between this account and a base id. */
export interface Availability {
  modelId: string;
  agreement: { status: string; errorMessage: string | null };
  /** `AUTHORIZED` or `NOT_AUTHORIZED`. */
  authorization: string;
  /** `AVAILABLE` or `NOT_AVAILABLE`. */
  entitlement: string;
  /** `AVAILABLE` or `NOT_AVAILABLE`. */
  region: string;
}

export interface AgreementOffer {
  id: string | null;
  token: string;
  legalUrl: string | null;
  refundPolicy: string | null;
  duration: string | null;
  rates: {
    dimension: string | null;
    price: string | null;
    unit: string | null;
    description: string | null;
  }[];
}

/** Anthropic's use-case form: JSON with keys such as `companyName`; unknown keys are kept. */
export type UseCaseForm = Record<string, unknown>;

export const DATA_RETENTION_MODES = [
  "default",
  "none",
  "aws_review",
  "provider_data_share",
  "inherit",
] as const;

export interface DataRetention {
  /** One of DATA_RETENTION_MODES, or a word newer than this program. */
  mode: string;
  updatedAt: string | null;
}

export const LOGGED_KINDS = ["text", "image", "embedding", "video", "audio"] as const;
export type LoggedKind = (typeof LOGGED_KINDS)[number];

export interface S3Target {
  bucketName: string;
  keyPrefix?: string;
}

/** Bedrock's model invocation logging, in the words of AWS's API. */
export interface LoggingConfig {
  cloudWatchConfig?: { logGroupName: string; roleArn: string; largeDataDeliveryS3Config?: S3Target };
  s3Config?: S3Target;
  textDataDeliveryEnabled?: boolean;
  imageDataDeliveryEnabled?: boolean;
  embeddingDataDeliveryEnabled?: boolean;
  videoDataDeliveryEnabled?: boolean;
  audioDataDeliveryEnabled?: boolean;
}

export interface ControlPlane {
  /** The region that is asked, and the URL that answers for it. */
  readonly region: string;
  endpoint(): Promise<string>;
  /** Models of provider Anthropic. */
  listFoundationModels(options: CallOptions): Promise<FoundationModel[]>;
  /** All pages. */
  listInferenceProfiles(type: ProfileType, options: CallOptions): Promise<InferenceProfile[]>;
  /** By id or ARN. */
  getInferenceProfile(idOrArn: string, options: CallOptions): Promise<InferenceProfile>;
  /** By base id. */
  getAvailability(baseId: string, options: CallOptions): Promise<Availability>;
  listAgreementOffers(baseId: string, options: CallOptions): Promise<AgreementOffer[]>;
  createAgreement(baseId: string, offerToken: string, options: CallOptions): Promise<void>;
  /** null: never submitted. */
  getUseCaseForm(options: CallOptions): Promise<UseCaseForm | null>;
  putUseCaseForm(form: UseCaseForm, options: CallOptions): Promise<void>;
  getDataRetention(options: CallOptions): Promise<DataRetention>;
  putDataRetention(mode: string, options: CallOptions): Promise<DataRetention>;
  /** null: logging is off. */
  getLogging(options: CallOptions): Promise<LoggingConfig | null>;
  putLogging(config: LoggingConfig, options: CallOptions): Promise<void>;
  deleteLogging(options: CallOptions): Promise<void>;
  close(): void;
}

/** Who the AWS credentials belong to. */
export interface Caller {
  account: string;
  arn: string;
  userId: string;
}

/** AWS credentials as found, without their secrets. */
export interface CredentialsFacts {
  /** `environment`, `profile work`, `profile work (sso)`, `web identity`, `container`, `instance metadata` … */
  source: string;
  accessKeyId: string;
  /** null: they do not expire, or the provider does not say. */
  expiresAt: string | null;
  /** The account, where the provider itself tells it. */
  account: string | null;
}

export interface Identity {
  /** STS GetCallerIdentity. Needs AWS credentials: a bearer token is not one. */
  callerIdentity(options: CallOptions): Promise<Caller>;
  /** The AWS credentials that would sign. Throws CbrError where there are none. */
  credentials(options: CallOptions): Promise<CredentialsFacts>;
  close(): void;
}
