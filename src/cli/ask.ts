// Questions to the person at the terminal. They go to stderr: stdout may be a file.
import { createInterface } from "node:readline/promises";
import { CbrError, Interrupted } from "../core/errors.ts";
import type { Context } from "./context.ts";

type Asker = Pick<Context, "host" | "io" | "report" | "signal">;

/** One line from the terminal, without blanks around it. Throws `confirmation_required` where nobody can be asked. */
export async function askLine(asker: Asker, question: string): Promise<string> {
  const { host, io, report, signal } = asker;
  if (!io.canAsk) {
    throw new CbrError("confirmation_required", {
      message: `nobody is there to answer \`${question.trim()}\``,
    });
  }
  report.beforeLine();
  let isAnswered = false;
  const reader = createInterface({ input: host.stdin.stream(), output: host.stderr.stream, terminal: true });
  const ended = new Promise<never>((_, reject) => {
    const end = (error: Error) => {
      // What is said next is not to stand behind the question.
      if (!isAnswered) host.stderr.stream.write("\n");
      isAnswered = true;
      reject(error);
    };
    // A terminal in raw mode sends Ctrl-C as a key, not as a signal.
    reader.once("SIGINT", () => end(new Interrupted("SIGINT")));
    reader.once("close", () =>
      end(
        new CbrError("confirmation_required", {
          message: `\`${question.trim()}\` got no answer`,
          hint: null,
        }),
      ),
    );
  });
  try {
    const answer = await Promise.race([reader.question(question, { signal }), ended]);
    isAnswered = true;
    return answer.trim();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    reader.close();
    // A terminal that is still being read keeps the program alive.
    host.stdin.stream().pause();
  }
}

/** Throws `confirmation_required` where a change has no `--yes` and nobody can be asked for it. */
export function requireAnswer({ io }: Pick<Asker, "io">, isAgreed: boolean): void {
  if (isAgreed || io.canAsk) return;
  throw new CbrError("confirmation_required", {
    message: "this change needs a yes, and there is no terminal to ask on",
  });
}

/** Asks for a yes to a change that was shown; `isAgreed` is `--yes`. False is a no. Throws as `requireAnswer`. */
export async function confirm(asker: Asker, question: string, isAgreed: boolean): Promise<boolean> {
  requireAnswer(asker, isAgreed);
  return isAgreed || /^y(es)?$/i.test(await askLine(asker, `${question} [y/N] `));
}
