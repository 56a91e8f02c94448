// How checks are run: all at once, each after what it needs, under one deadline. What a check is about stands elsewhere.
import { CbrError, ExitCode } from "../../core/errors.ts";

export type Status = "ok" | "warning" | "failed" | "skipped";

export interface Outcome {
  status: Status;
  message: string;
  /** The next step. */
  fix?: string | null;
  /** Of a failure: its stable code and what the program would exit with. */
  code?: string;
  exitCode?: ExitCode;
  /** More lines for those who want them all. */
  details?: readonly string[];
}

export interface Finding extends Outcome {
  name: string;
}

export interface Check {
  name: string;
  /** Names of earlier checks: when one of them failed or was skipped, so is this. */
  needs?: readonly string[];
  /** Why it is not to be run at all; null or absent: it is. */
  skipped?: string | null;
  /** What it tells is good to know and nothing depends on it: it cannot fail. */
  isOptional?: true;
  run(signal: AbortSignal, earlier: (name: string) => Promise<Finding>): Promise<Outcome> | Outcome;
}

export interface Limits {
  /** Ends everything; its reason is thrown. */
  signal: AbortSignal;
  /** Milliseconds for all checks together; 0 is off. */
  deadline: number;
}

/** Runs the checks and resolves to their findings, in the order given. */
export async function examine(checks: readonly Check[], limits: Limits): Promise<Finding[]> {
  const { signal, deadline } = limits;
  const late = deadline === 0 ? null : AbortSignal.timeout(deadline);
  const either = late === null ? signal : AbortSignal.any([signal, late]);
  const found = new Map<string, Promise<Finding>>();
  const earlier = (name: string): Promise<Finding> => {
    const finding = found.get(name);
    if (finding === undefined) throw new Error(`no earlier check is called ${name}`);
    return finding;
  };
  const runOne = async (check: Check): Promise<Finding> => {
    const { name } = check;
    if (check.skipped) return { name, ...skipped(check.skipped) };
    const needed = await Promise.all((check.needs ?? []).map(earlier));
    const missing = needed.find(({ status }) => status === "failed" || status === "skipped");
    if (missing !== undefined) return { name, ...skipped(`needs ${rootOf(missing)}`) };
    // One signal a check: they all listen to it many times over.
    const own = AbortSignal.any([either]);
    try {
      return { name, ...(await Promise.race([check.run(own, earlier), rejection(own)])) };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const outcome = late?.aborted ? tooLate(deadline) : failed(error);
      return { name, ...(check.isOptional ? skipped(outcome.message) : outcome) };
    }
  };
  for (const check of checks) found.set(check.name, runOne(check));
  return Promise.all(found.values());
}

/** The finding of a check that is not run. */
export function skipped(message: string, fix: string | null = null): Outcome {
  return { status: "skipped", message, fix };
}

/** What was thrown, as a finding. */
export function failed(error: unknown): Outcome {
  if (!(error instanceof CbrError)) {
    const message = `internal error: ${error instanceof Error ? error.message : String(error)}`;
    return { status: "failed", message, fix: null, code: "internal_error", exitCode: ExitCode.bug };
  }
  const id = error.aws?.requestId;
  return {
    status: "failed",
    message: id ? `${error.message} (request id ${id})` : error.message,
    fix: error.hint,
    code: error.code,
    exitCode: error.exitCode,
  };
}

/** The first failure, in the order of the chain. */
export function firstFailure(findings: readonly Finding[]): Finding | null {
  return findings.find(({ status }) => status === "failed") ?? null;
}

function tooLate(deadline: number): Outcome {
  return {
    status: "failed",
    message: `not finished after ${deadline / 1000} s`,
    fix: "check the network; `--timeout` gives it more time",
    code: "timeout",
    exitCode: ExitCode.network,
  };
}

/** What a chain of skipped checks began with. */
function rootOf({ name, status, message }: Finding): string {
  return status === "skipped" && message.startsWith("needs ") ? message.slice("needs ".length) : name;
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Known, and not allowed to ask STS who it is: that says nothing of Bedrock. */
export function isDenied({ code }: Finding): boolean {
  return code === "access_denied" || code === "scp_denied";
}
