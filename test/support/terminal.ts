// The built program at a real terminal: tmux draws the screen, the test reads it as a person would.
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { cleanEnv, freshHome, PROGRAM } from "./cbr.ts";

const run = promisify(execFile);

/** Whether tmux is there; without it nobody can say what a screen shows. */
export const HAS_TMUX = spawnSync("tmux", ["-V"]).status === 0;

export interface TerminalOptions {
  env?: Record<string, string | undefined>;
  home?: string;
  columns?: number;
  rows?: number;
  term?: string;
  /** A shell command instead of cbr; `$CBR` in it is the program. */
  shell?: string;
}

export interface Terminal {
  readonly home: string;
  /** The screen as text, lines without blanks at their ends; `all` with what has scrolled away. */
  screen(part?: "visible" | "all"): Promise<string>;
  /** The screen with its colours, as escape sequences. */
  colours(): Promise<string>;
  /** Types text as it is. */
  type(text: string): Promise<void>;
  /** Presses keys by tmux's names: `Enter`, `C-c`, `Up`. */
  press(...keys: string[]): Promise<void>;
  /** Pastes as a terminal does, between the marks of a bracketed paste. */
  paste(text: string): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** Waits until the screen shows `what`, and gives it. */
  shows(what: string | RegExp, part?: "visible" | "all"): Promise<string>;
  /** The exit code, once the program has ended. */
  ended(): Promise<number>;
}

/** Starts `cbr ...args` at a terminal of its own; it is closed when the test ends. */
export async function terminal(args: readonly string[], options: TerminalOptions = {}): Promise<Terminal> {
  const { columns = 80, rows = 24, home = freshHome() } = options;
  const socket = `cbr-test-${randomBytes(6).toString("hex")}`;
  const env = cleanEnv(home, { TMUX_TMPDIR: home, LC_ALL: "C.UTF-8", ...options.env });
  const tmux = async (...words: string[]) => (await run("tmux", ["-L", socket, ...words], { env })).stdout;
  const program = PROGRAM.map(quoted).join(" ");
  const command = options.shell ?? [program, ...args.map(quoted)].join(" ");
  const term = options.term ?? "xterm-256color";
  // A Ctrl-C that is a signal reaches this shell too.
  const script = `trap : INT; cd ${quoted(home)}; export TERM=${term} CBR=${quoted(program)}; ${command}; echo "[ended $?]"; exec sleep 1000`;
  execFileSync(
    "tmux",
    [
      "-L",
      socket,
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      "-x",
      `${columns}`,
      "-y",
      `${rows}`,
      "sh",
      "-c",
      script,
    ],
    { env },
  );
  onTestFinished(() => {
    spawnSync("tmux", ["-L", socket, "kill-server"], { env });
  });
  const screen = async (part: "visible" | "all" = "visible") => {
    const text = await tmux("capture-pane", "-p", ...(part === "all" ? ["-S", "-2000"] : []));
    return text.replace(/[ \t]+$/gm, "").replace(/\n+$/, "\n");
  };
  const shows = async (what: string | RegExp, part?: "visible" | "all") => {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const text = await screen(part);
      if (typeof what === "string" ? text.includes(what) : what.test(text)) return text;
      if (Date.now() > deadline) throw new Error(`the screen never showed ${what}:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  };
  return {
    home,
    screen,
    shows,
    colours: () => tmux("capture-pane", "-p", "-e"),
    type: async (text) => void (await tmux("send-keys", "-l", text)),
    press: async (...keys) => void (await tmux("send-keys", ...keys)),
    async paste(text) {
      const child = run("tmux", ["-L", socket, "load-buffer", "-"], { env });
      child.child.stdin?.end(text);
      await child;
      await tmux("paste-buffer", "-p", "-d");
    },
    resize: async (x, y) => void (await tmux("resize-window", "-x", `${x}`, "-y", `${y}`)),
    ended: async () => Number(/\[ended (\d+)\]/.exec(await shows(/\[ended \d+\]/))?.[1]),
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
