// `cbr chat` as an editor holds it, through pipes, and as a person does, at a terminal.
import { type ChildProcess, spawn } from "node:child_process";

export interface Turn {
  /** When the line was written, by `performance.now()`. */
  askedAt: number;
  /** When the first byte of its answer came. */
  answeredAt: number;
}

export interface Talk {
  command: readonly string[];
  env: NodeJS.ProcessEnv;
  keys: { enter: string; leave: string };
  turns: number;
  /** Milliseconds of silence before each line. */
  pause: number;
  /** What the answer begins and ends with. */
  first: string;
  last: string;
}

/** The program of `command` at a terminal of its own: our end of its stdin is the keyboard, of its stdout the screen. */
export function atTerminal(interpreter: string, command: readonly string[]): string[] {
  const python = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
  const shell = 'stty rows 24 cols 80; exec "$0" "$@"';
  return [interpreter, "-c", python, "sh", "-c", shell, ...command];
}

/** Says a line, waits for the whole answer and says the next. Throws where no answer comes within 20 s. */
export async function hold({ command, env, keys, turns, pause, first, last }: Talk): Promise<Turn[]> {
  const [file, ...args] = command as [string, ...string[]];
  const child = spawn(file, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  try {
    const listener = listen(child);
    // A program in a pipe does not say when it is ready; one at a terminal shows its prompt meanwhile.
    await after(1000);
    const found: Turn[] = [];
    for (let turn = 0; turn < turns; turn++) {
      await after(pause);
      listener.forget();
      const askedAt = performance.now();
      child.stdin.write(`Hi${keys.enter}`);
      const answeredAt = await listener.hears(first);
      await listener.hears(last);
      found.push({ askedAt, answeredAt });
    }
    child.stdin.end(keys.leave);
    await Promise.race([new Promise((resolve) => child.once("close", resolve)), after(3000)]);
    return found;
  } finally {
    child.kill("SIGKILL");
  }
}

function listen(child: ChildProcess) {
  let text = "";
  let errors = "";
  let check = () => {};
  child.stdout?.on("data", (data) => {
    text += data;
    check();
  });
  child.stderr?.on("data", (data) => {
    errors += data;
  });
  return {
    forget() {
      text = "";
    },
    /** When `words` came since the last `forget`. */
    hears(words: string): Promise<number> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`chat said no \`${words}\`: ${(errors || text).slice(0, 500)}`)),
          20_000,
        );
        check = () => {
          if (!text.includes(words)) return;
          clearTimeout(timer);
          check = () => {};
          resolve(performance.now());
        };
        check();
      });
    },
  };
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
