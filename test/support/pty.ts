// The built program at a bare pty of a size of our choice: what it writes, byte by byte, where a terminal would obey it.
import { spawn } from "node:child_process";
import { cleanEnv, freshHome, PROGRAM } from "./cbr.ts";

export interface PtyOptions {
  env?: Record<string, string | undefined>;
  home?: string;
  columns?: number;
  rows?: number;
  /** Sent to the terminal once it has shown `after`: keys, or a hang-up of the line. */
  next?: PtyStep | PtyStep[];
}

export interface PtyStep {
  after: string;
  type?: string;
  hangUp?: true;
  /** SIGKILL, which nobody can handle. */
  kill?: true;
}

export interface PtyResult {
  /** As a shell would tell: 128+N for a signal. */
  code: number;
  output: string;
  /** The terminal still shows what is typed. */
  hasEcho: boolean;
}

const PYTHON = `
import fcntl, json, os, pty, select, signal, struct, subprocess, sys, termios, time
spec = json.loads(sys.argv[1])
main, side = pty.openpty()
fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", spec["rows"], spec["columns"], 0, 0))
attributes = termios.tcgetattr(side)
attributes[1] &= ~termios.OPOST
termios.tcsetattr(side, termios.TCSANOW, attributes)
def own():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
child = subprocess.Popen(spec["words"], stdin=side, stdout=side, stderr=side, preexec_fn=own)
output, steps, end = b"", spec.get("next") or [], time.time() + 20
while time.time() < end:
    ready, _, _ = select.select([main], [], [], 0.05)
    if ready:
        try: output += os.read(main, 65536)
        except OSError: break
    elif child.poll() is not None: break
    if steps and steps[0]["after"].encode() in output:
        step = steps.pop(0)
        if step.get("type"): os.write(main, step["type"].encode())
        if step.get("hangUp"): os.kill(child.pid, signal.SIGHUP)
        if step.get("kill"): child.kill()
if child.poll() is None and time.time() >= end: child.kill()
code = child.wait()
echo = bool(termios.tcgetattr(side)[3] & termios.ECHO)
print(json.dumps({"code": 128 - code if code < 0 else code, "output": output.decode("utf8", "replace"), "hasEcho": echo}))
`;

/** Runs `cbr ...args` at a terminal that changes nothing of its output. Ends it after 20 s (exit code 137). */
export function atPty(args: readonly string[], options: PtyOptions = {}): Promise<PtyResult> {
  const home = options.home ?? freshHome();
  const { columns = 80, rows = 24, next } = options;
  const spec = JSON.stringify({ words: [...PROGRAM, ...args], columns, rows, next: next && [next].flat() });
  return new Promise((resolve, reject) => {
    const child = spawn("python3", ["-c", PYTHON, spec], {
      env: { ...cleanEnv(home, { TERM: "xterm-256color", ...options.env }) },
      cwd: home,
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (data) => {
      out += data;
    });
    child.stderr.on("data", (data) => {
      err += data;
    });
    child.on("close", () => {
      try {
        resolve(JSON.parse(out) as PtyResult);
      } catch {
        reject(new Error(`no pty: ${err}`));
      }
    });
  });
}
