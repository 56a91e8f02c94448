// What a command may use. Everything costly is a function that is called when needed and remembers its result.
import type { Claude } from "../core/claude.ts";
import type { ControlPlane, Identity } from "../core/control-plane.ts";
import type { Diagnosis } from "../core/diagnosis.ts";
import type { Interrupted } from "../core/errors.ts";
import type { LocalBedrock } from "../core/local-bedrock.ts";
import type { Host } from "../host/host.ts";
import type { IOStreams } from "../host/streams.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Settings } from "../settings/settings.ts";
import type { Report } from "./report.ts";

/** What was typed among the flags that every command shares; values are unparsed. */
export interface SharedFlags {
  profile?: string;
  region?: string;
  endpointUrl?: string;
  auth?: string;
  apiKeyFile?: string;
  caBundle?: string;
  connectTimeout?: string;
  timeout?: string;
  maxAttempts?: string;
  quiet?: boolean;
  verbose?: boolean;
  debug?: boolean;
  color?: string;
  errorFormat?: string;
}

export interface Context {
  readonly host: Host;
  readonly io: IOStreams;
  readonly report: Report;
  /** Aborted by SIGINT, SIGTERM, SIGHUP (reason Interrupted) and by a reader of stdout that went away (ReaderGone). */
  readonly signal: AbortSignal;
  /** The exit code of a command that ends without an error. */
  exitCode: number;
  /** Takes SIGINT away from the whole program (chat: it stops only the answer) until the returned function is called. */
  onInterrupt(handler: (cause: Interrupted) => void, signals?: readonly Interrupted["signal"][]): () => void;
  /** Runs before the process ends, however it ends; newest first. */
  onExit(cleanUp: () => void | Promise<void>): void;
  /**
   * Settings from flags, environment, config file and AWS files. `flags` are what commander parsed, shared flags
   * included (`command.optsWithGlobals()`): a key in camelCase that is a setting's name wins over every other source.
   * Warnings about the sources themselves are reported once.
   */
  settings(flags: Readonly<Record<string, unknown>>): Promise<Settings>;
  /** The invocation core for these settings and this region. Loads the AWS SDK. */
  claude(settings: Settings, region: string): Promise<Claude>;
  /** The saved conversations. Touches no disk by itself. */
  sessions(): Promise<Sessions>;
  /** Bedrock's control plane in this region. Loads the AWS SDK. */
  controlPlane(settings: Settings, region: string): Promise<ControlPlane>;
  /** Who the AWS credentials belong to; never uses a bearer token. Loads the AWS SDK. */
  identity(settings: Settings, region: string): Promise<Identity>;
  /** What `cbr doctor` looks at, one link after the other. Asks no person anything. Loads the AWS SDK. */
  diagnosis(
    settings: Settings,
    region: string,
    api: "bedrock-runtime" | "bedrock-mantle",
  ): Promise<Diagnosis>;
  /** The local Bedrock of `cbr mock`. */
  localBedrock(): Promise<LocalBedrock>;
}
