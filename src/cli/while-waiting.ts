// What can be done before there is anything to send: a person types for seconds, a command in front of a pipe thinks.

/** Nothing that is there at once needs it, and a prompt must not wait for it. */
const DELAY_MS = 20;

/** The result of `reading`; where that takes its time, `start` is called once meanwhile. What becomes of it is nobody's business. */
export async function whileWaiting<T>(reading: Promise<T>, start: () => Promise<void>): Promise<T> {
  const timer = setTimeout(() => void start().catch(() => {}), DELAY_MS);
  try {
    return await reading;
  } finally {
    clearTimeout(timer);
  }
}
