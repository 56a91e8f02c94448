// What `cbr mock` can do, as the command sees it: the local Bedrock itself is loaded only when it is asked for.

export interface LocalBedrockOptions {
  port: number;
  /** Path of a script file, or null. */
  script: string | null;
  latencyMs: number;
  tokensPerSecond: number;
  deny: readonly string[];
  /** Called with one JSON line a request. */
  log: ((line: string) => void) | null;
}

export interface LocalBedrock {
  /** Serves until `close`. Throws CbrError: unreadable or malformed script, port in use. */
  start(options: LocalBedrockOptions): Promise<{ url: string; close(): Promise<void> }>;
  /** The variables that point AWS programs of `region` at `url`, and those that must not be there. */
  environment(url: string, region: string): { set: Record<string, string>; unset: string[] };
  /**
   * Runs a command with that environment and `cbr` first on its PATH, its streams being ours.
   * Returns its exit code: 128+N when signal N ended it, 126 or 127 when it could not be started.
   */
  run(
    words: readonly string[],
    environment: ReturnType<LocalBedrock["environment"]>,
    signals: SignalRelay,
  ): Promise<number>;
  /** Starts this same program detached, with these words; returns its process id and the first line it prints. */
  background(words: readonly string[]): Promise<{ pid: number; firstLine: string }>;
}

/** Calls `forward` with each signal that the command should get as well. */
export type SignalRelay = (forward: (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => void) => () => void;
