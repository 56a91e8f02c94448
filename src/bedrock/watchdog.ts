// Time limits of one attempt: the first byte, silence in between, and the whole. What fired is remembered, since an
// aborted request surfaces as any error the network can think of.

export interface Limits {
  /** Milliseconds until the answer's head; 0 is off. */
  firstByte: number;
  /** Milliseconds without an event; 0 is off. */
  idle: number;
  /** Milliseconds left of the overall limit; Infinity is off. */
  remaining: number;
}

export interface TimedOut {
  kind: "first-byte" | "idle" | "overall";
  limit: number;
}

export class Watchdog {
  /** Aborted by the caller's signal and by any limit. */
  readonly signal: AbortSignal;
  timedOut: TimedOut | null = null;
  #controller = new AbortController();
  #limits: Limits;
  #now: () => number;
  #phase: NodeJS.Timeout | undefined;
  #kind: "first-byte" | "idle" | null = null;
  #armedAt = 0;
  #isResting = false;
  #overall: NodeJS.Timeout | undefined;
  #outer: AbortSignal;
  #bark: (reason: unknown) => void = () => {};
  #onOuterAbort = () => this.#controller.abort(this.#outer.reason);

  constructor(limits: Limits, outer: AbortSignal, now: () => number) {
    this.#limits = limits;
    this.#outer = outer;
    this.#now = now;
    this.signal = this.#controller.signal;
    this.signal.addEventListener("abort", () => this.#bark(this.signal.reason), { once: true });
    if (outer.aborted) this.#onOuterAbort();
    outer.addEventListener("abort", this.#onOuterAbort, { once: true });
    if (Number.isFinite(limits.remaining)) {
      this.#overall = setTimeout(
        () => this.#fire("overall", limits.remaining),
        Math.min(limits.remaining, 2 ** 31 - 1),
      );
    }
    this.#arm("first-byte", limits.firstByte);
  }

  /** Something arrived: from now on silence is what is watched for. */
  beat(): void {
    this.#arm("idle", this.#limits.idle);
  }

  /** Nothing is waited for: silence is nobody's fault until the next beat. */
  rest(): void {
    this.#isResting = true;
  }

  /** Rejects as soon as the signal aborts, even where `work` does not notice. One at a time. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.signal.aborted) reject(this.signal.reason);
      this.#bark = reject;
      work.then(resolve, reject);
    });
  }

  /** Clears the timers; what is still on the wire is nobody's concern any more. */
  release(): void {
    clearTimeout(this.#phase);
    clearTimeout(this.#overall);
    this.#outer.removeEventListener("abort", this.#onOuterAbort);
  }

  /** Clears the timers and ends whatever of the request is still on the wire. */
  dispose(): void {
    this.release();
    this.#controller.abort(new Error("done"));
  }

  #arm(kind: "first-byte" | "idle", limit: number): void {
    this.#isResting = false;
    this.#armedAt = this.#now();
    if (kind === this.#kind) {
      // A timer wound up again costs a fraction of a new one, and this happens at every event.
      this.#phase?.refresh();
      return;
    }
    clearTimeout(this.#phase);
    this.#kind = kind;
    this.#phase = limit <= 0 ? undefined : setTimeout(() => this.#expire(kind, limit), limit);
  }

  #expire(kind: "first-byte" | "idle", limit: number): void {
    if (this.#isResting) return;
    // After the machine slept the timer fires at once, though the other side had no chance to speak.
    const hasSlept = this.#now() - this.#armedAt > limit + 5000;
    if (hasSlept) this.#arm(kind, limit);
    else this.#fire(kind, limit);
  }

  #fire(kind: TimedOut["kind"], limit: number): void {
    this.timedOut ??= { kind, limit };
    this.#controller.abort(new Error(`${kind} limit of ${limit} ms`));
  }
}
