// The single retry layer. A request is asked again only before the first event with content was received: nothing is
// paid for twice, and the service is hit at most as often as the user allowed.
import type { ClaudeRequest, SendOptions } from "../core/claude.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import { CbrError, ExitCode } from "../core/errors.ts";
import { isContent, type ReplyEvent, untilEnd } from "../core/reply.ts";
import type { FailureFacts } from "./explain.ts";
import type { Transport } from "./transport.ts";
import { type TimedOut, Watchdog } from "./watchdog.ts";

export interface Repair {
  code: "clock_skew" | "credentials_reloaded";
  message: string;
}

export interface SenderOptions {
  /** How often a request may be sent in all. */
  maxAttempts: number;
  /** Milliseconds; 0 is off. */
  firstByteTimeout: number;
  idleTimeout: number;
  timeout: number;
  /** What `explain` should name. */
  facts: (request: ClaudeRequest) => FailureFacts;
  /** Mends what a new try needs, credentials or clock, and tells what was done; null when nothing can be. */
  repair: (failure: CbrError, serviceDate: string | undefined) => Repair | null;
  now: () => number;
  elapsed: () => number;
  random: () => number;
}

/** Seconds; a service that asks for more wants more patience than a person at a terminal has. */
const LONGEST_RETRY_AFTER = 60;
/** Failures that cost the service much and rarely pass: tried once more at most. */
const ONE_MORE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "first_byte_timeout",
  "model_timeout",
  "model_error",
  "empty_stream",
  "dns_failed",
]);

/** Yields the events of one whole reply. Throws CbrError, or the reason of `signal` when that was aborted. */
export async function* sendWithRetries(
  transport: Transport,
  request: ClaudeRequest,
  { signal, onNotice, partialText }: SendOptions,
  options: SenderOptions,
): AsyncGenerator<ReplyEvent, void> {
  const startedAt = options.elapsed();
  const remaining = () =>
    options.timeout > 0
      ? Math.max(1, options.timeout - (options.elapsed() - startedAt))
      : Number.POSITIVE_INFINITY;
  let tries = 0;
  const repairs = new Set<string>();
  while (true) {
    tries++;
    const attempt: Attempt = { hasContent: false, partialText };
    try {
      yield* attemptOnce(transport, request, signal, options, remaining(), attempt);
      return;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const failure = error instanceof AttemptFailed ? error.failure : (error as CbrError);
      const serviceDate = error instanceof AttemptFailed ? error.serviceDate : undefined;
      if (attempt.hasContent || tries >= options.maxAttempts || !(failure instanceof CbrError)) throw failure;
      const repaired = repairs.size < 2 ? options.repair(failure, serviceDate) : null;
      if (repaired !== null && !repairs.has(repaired.code)) {
        repairs.add(repaired.code);
        onNotice?.(repaired);
        continue;
      }
      if (!mayRetry(failure, request, tries)) throw failure;
      const wait = waitBefore(failure, tries, options.random);
      if (wait > LONGEST_RETRY_AFTER * 1000 || wait > remaining()) throw withPatience(failure);
      const seconds = wait < 950 ? `${wait} ms` : `${Math.round(wait / 1000)} s`;
      onNotice?.({
        code: "retry",
        message: `${shortReason(failure)}, retrying in ${seconds} (${tries + 1}/${triesFor(failure, options.maxAttempts)})`,
      });
      await sleep(wait, signal);
    }
  }
}

interface Attempt {
  hasContent: boolean;
  readonly partialText: (() => string) | undefined;
}

class AttemptFailed extends Error {
  readonly failure: CbrError;
  readonly serviceDate: string | undefined;
  constructor(failure: CbrError, serviceDate: string | undefined) {
    super(failure.message);
    this.failure = failure;
    this.serviceDate = serviceDate;
  }
}

async function* attemptOnce(
  transport: Transport,
  request: ClaudeRequest,
  signal: AbortSignal,
  options: SenderOptions,
  remaining: number,
  attempt: Attempt,
): AsyncGenerator<ReplyEvent, void> {
  const { firstByteTimeout, idleTimeout } = options;
  const limits = request.stream
    ? { firstByte: firstByteTimeout, idle: idleTimeout, remaining }
    : { firstByte: 0, idle: 0, remaining };
  const watchdog = new Watchdog(limits, signal, options.now);
  // What came before content is kept back: if the attempt fails it never happened.
  const held: ReplyEvent[] = [];
  let isWhole = false;
  let requestId: string | null = null;
  try {
    const reply = await watchdog.race(transport.open(request, watchdog.signal));
    requestId = reply.requestId;
    watchdog.beat();
    for await (const event of abortable(untilEnd(reply.events), watchdog)) {
      // Whoever reads the answer may take their time: a full pipe is no silence of the service.
      watchdog.rest();
      if (!attempt.hasContent && !isContent(event) && event.type !== "end") {
        held.push(event);
        watchdog.beat();
        continue;
      }
      attempt.hasContent ||= isContent(event);
      yield* held.splice(0);
      isWhole = event.type === "end";
      yield event;
      watchdog.beat();
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // What errors mean is a third of the code of an answer, and seldom asked for.
    const { explain } = await import("./explain.ts");
    const text = attempt.hasContent ? attempt.partialText?.() : undefined;
    const failure = explain(error, {
      ...options.facts(request),
      hasContent: attempt.hasContent,
      ...(text !== undefined && { partialText: text }),
      ...(watchdog.timedOut !== null && { timedOut: inTheUsersTerms(watchdog.timedOut, options) }),
    });
    failure.partialText ??= text ?? null;
    // What breaks off a stream does not repeat the id that its head had.
    if (requestId !== null && !failure.aws?.requestId) {
      failure.aws = { name: null, status: null, ...failure.aws, requestId };
    }
    throw new AttemptFailed(failure, (error as { serviceDate?: string }).serviceDate);
  } finally {
    // After a whole answer the connection is kept for the next request.
    if (isWhole) watchdog.release();
    else watchdog.dispose();
  }
}

/** What was left of the overall limit for the last attempt is not what the user set. */
function inTheUsersTerms(timedOut: TimedOut, { timeout }: SenderOptions): TimedOut {
  return timedOut.kind === "overall" ? { ...timedOut, limit: timeout } : timedOut;
}

/** Passes events on and throws as soon as the watchdog barks, even where the stream below does not notice. */
async function* abortable(
  events: AsyncGenerator<ReplyEvent, void>,
  watchdog: Watchdog,
): AsyncGenerator<ReplyEvent> {
  try {
    while (true) {
      const next = await watchdog.race(events.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a stream that ignores its abort would never return.
    void Promise.resolve(events.return(undefined)).catch(() => {});
  }
}

function triesFor({ code }: CbrError, maxAttempts: number): number {
  return ONE_MORE.has(code) ? Math.min(2, maxAttempts) : maxAttempts;
}

function mayRetry(failure: CbrError, request: ClaudeRequest, tries: number): boolean {
  if (!failure.retryable) return false;
  // Some refusals pass with time (a subscription in the making), but in minutes: that is for a person to wait out.
  if (failure.exitCode !== ExitCode.busy && failure.exitCode !== ExitCode.network) return false;
  // Without a stream the answer may have been made, and paid for, by the time we gave up.
  if (failure.code === "timeout" || (!request.stream && failure.code === "first_byte_timeout")) return false;
  return !(ONE_MORE.has(failure.code) && tries >= 2);
}

/** Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"), or what the service asked for. Milliseconds. */
function waitBefore(failure: CbrError, tries: number, random: () => number): number {
  if (failure.retryAfter !== null) return Math.max(0, failure.retryAfter * 1000);
  const base = failure.exitCode === 6 ? 1000 : 250;
  return Math.round(50 + random() * Math.min(20_000, base * 2 ** (tries - 1)));
}

/** Says how long the service asked to wait, where that is too long to wait here. */
function withPatience(failure: CbrError): CbrError {
  if (failure.retryAfter !== null) failure.message += `; retry after ${failure.retryAfter} s`;
  return failure;
}

function shortReason(failure: CbrError): string {
  return failure.code.replaceAll("_", " ");
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
