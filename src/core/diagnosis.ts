// The port of `cbr doctor`: what of the way to AWS can be looked at link by link. Calls throw CbrError, and on abort the
// signal's reason. Nothing here asks a person or changes anything.
import type { CallOptions, ControlPlane, Identity } from "./control-plane.ts";

export interface EndpointInUse {
  role: "runtime" | "control-plane" | "sts";
  url: string;
  /** The flag, variable or file that set it; null for AWS's own. */
  source: string | null;
}

/** What one unsigned request to an endpoint showed. */
export interface Reached {
  /** Addresses of the endpoint's name; empty where a proxy resolves it. */
  addresses: string[];
  /** Without user and password. */
  proxy: string | null;
  /** Who issued the certificate; null without TLS, or where it cannot be told. */
  issuer: string | null;
  /** The service's clock, milliseconds since the epoch; null where it did not tell. */
  serviceTime: number | null;
  /** Our clock when the answer came. */
  at: number;
  milliseconds: number;
}

/** What a profile of the AWS files is made of. */
export interface ProfileFacts {
  kind: "keys" | "sso" | "aws login" | "assume role" | "process" | "web identity" | "nothing";
  needsMfa: boolean;
  /** When the cached SSO session ends; null: not told, or there is none. */
  ssoExpiresAt: string | null;
  hasSsoSession: boolean;
}

export interface Quota {
  code: string;
  name: string;
  value: number;
}

export interface Diagnosis {
  /** The endpoints that requests to this model API go to. Throws `insecure_endpoint`. */
  endpoints(): EndpointInUse[];
  /** Resolves, connects, speaks TLS, asks once without a signature. Any HTTP answer of the endpoint will do. */
  reach(endpoint: EndpointInUse, signal: AbortSignal): Promise<Reached>;
  /** The AWS profile in use. Reads files only. */
  profile(): Promise<ProfileFacts>;
  readonly identity: Identity;
  /** Throws `insecure_endpoint`. */
  control(): ControlPlane;
  /** Bedrock's quotas whose name `isWanted`. Needs AWS credentials. */
  quotas(isWanted: (name: string) => boolean, options: CallOptions): Promise<Quota[]>;
  close(): void;
}
