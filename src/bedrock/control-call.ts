// How a call to the control plane or STS is made: bounded, asked again only where that can help, explained when it fails.

import type { CallOptions } from "../core/control-plane.ts";
import type { CbrError } from "../core/errors.ts";
import { explain, type FailureFacts } from "./explain.ts";
import { ForeignAnswer } from "./foreign-answer.ts";
import { readable } from "./no-pages.ts";
import type { BedrockSession } from "./session.ts";

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 20_000;
/** A service that asks for more patience than this is not waited for. */
const LONGEST_ASKED_WAIT_S = 60;

/**
 * Runs `send` until it succeeds, fails for good, or the attempts or the time are used up. Throws CbrError; on abort
 * the signal's reason. Attempts are counted as for Claude: `max_attempts` requests in all.
 */
export async function callService<T>(
  session: BedrockSession,
  operation: string,
  options: CallOptions,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { settings } = session;
  const limit = settings.timeout?.value ?? 3_600_000;
  const deadline = limit === 0 ? null : AbortSignal.timeout(limit);
  const signal = deadline === null ? options.signal : AbortSignal.any([options.signal, deadline]);
  const facts: FailureFacts = {
    operation,
    region: session.region,
    profile: settings.awsProfile ?? undefined,
    isBearer: session.auth === "bearer",
  };
  const attempts = settings.max_attempts?.value ?? 3;
  let hasReloaded = false;
  for (let attempt = 1; ; attempt++) {
    try {
      return await Promise.race([send(signal), rejectOnAbort(signal)]);
    } catch (caught) {
      if (options.signal.aborted) throw options.signal.reason;
      if (deadline?.aborted) throw explain(caught, { ...facts, timedOut: { kind: "overall", limit } });
      const error = readable(caught);
      const answerer = error instanceof ForeignAnswer && error.host.includes(":") ? error.host : null;
      const endpoint = answerer === null ? undefined : `https://${answerer}`;
      const failure = explain(error, { ...facts, endpoint });
      // The next call asks the provider again; where it has nothing newer, the failure stands.
      if (attempt < attempts && failure.code === "credentials_expired" && !hasReloaded) {
        hasReloaded = true;
        if (session.auth === "sigv4" && session.credentials.reload()) continue;
      }
      if (attempt >= attempts || !isWorthAskingAgain(failure)) throw failure;
      const wait = waitBefore(attempt, failure);
      options.onNotice?.({
        code: "retry",
        message: `${failure.message}; asking again in ${(wait / 1000).toFixed(1)} s (attempt ${attempt + 1} of ${attempts})`,
      });
      await pause(wait, signal).catch(() => {});
      if (options.signal.aborted) throw options.signal.reason;
      if (deadline?.aborted) throw failure;
    }
  }
}

/** Credential providers do not listen to an abort: a hanging one must not outlive the time limit. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Busy and broken connections may pass; the SDK corrects the clock of its next signature after a rejected one. */
function isWorthAskingAgain(error: CbrError): boolean {
  if (error.code === "clock_skew") return true;
  if ((error.retryAfter ?? 0) > LONGEST_ASKED_WAIT_S) return false;
  return error.retryable && (error.exitCode === 6 || error.exitCode === 7) && error.code !== "timeout";
}

function waitBefore(attempt: number, error: CbrError): number {
  if (error.code === "clock_skew") return 0;
  if (error.retryAfter !== null) return error.retryAfter * 1000;
  return Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
}

/** Resolves after `ms`; rejects when `signal` is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
