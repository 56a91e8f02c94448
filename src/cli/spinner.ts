// Motion on stderr while there is nothing to read yet. The only importer of ora.
import type { Context } from "./context.ts";

export interface Spinner {
  /** Ends it and clears its line. May be called again. */
  stop(): void;
}

/** Loads what `startSpinner` will need. */
export async function loadSpinner(context: Context): Promise<void> {
  if (canSpin(context)) await import("ora");
}

// A terminal that does not know its width (0 columns) makes ora erase lines for ever.
function canSpin({ io, report, host }: Context): boolean {
  return io.canSpin && !report.isQuiet && host.stderr.columns() !== undefined;
}

/** Starts a spinner with elapsed seconds where a person is watching; otherwise does nothing. Never delays the caller. */
export function startSpinner(context: Context, label: string): Spinner {
  const { io, report, host } = context;
  if (!canSpin(context)) return { stop() {} };
  let isStopped = false;
  let end = () => {};
  const startedAt = host.elapsed();
  const stop = () => {
    isStopped = true;
    end();
    end = () => {};
  };
  void import("ora").then(
    ({ default: ora, spinners }) => {
      if (isStopped) return;
      // The cursor stays visible and stdin untouched: a killed program must leave the terminal as it was.
      const spinner = ora({
        text: label,
        // Whether there is colour is ours to say: frames are painted here, not by ora.
        color: false,
        spinner: { ...spinners.dots, frames: spinners.dots.frames.map((frame) => io.err.color.cyan(frame)) },
        stream: host.stderr.stream as never,
        hideCursor: false,
        discardStdin: false,
      });
      spinner.start();
      const timer = setInterval(() => {
        spinner.text = `${label} ${Math.round((host.elapsed() - startedAt) / 1000)} s`;
      }, 1000);
      timer.unref();
      end = () => {
        clearInterval(timer);
        spinner.stop();
      };
    },
    () => {},
  ); // no motion is no failure
  report.beforeLine = stop;
  return { stop };
}
