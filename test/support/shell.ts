// Runs a bash script in which `cbr` is the program under test: for what only a shell can set up around it.
import { execFile } from "node:child_process";
import { cleanEnv, freshHome, PROGRAM } from "./cbr.ts";

export interface ShellResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `script` with `env` added to a clean environment and stdin at /dev/null; fails the test after 20 s. */
export function shell(
  script: string,
  options: { env?: Record<string, string | undefined>; cwd?: string } = {},
): Promise<ShellResult> {
  const home = freshHome();
  const words = PROGRAM.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  return new Promise((resolve, reject) => {
    execFile(
      "bash",
      ["-c", `exec </dev/null\ncbr() { ${words} "$@"; }\n${script}`],
      {
        env: cleanEnv(home, options.env),
        cwd: options.cwd ?? home,
        timeout: 20_000,
        maxBuffer: 64 * 2 ** 20,
      },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== "number") reject(error);
        else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      },
    );
  });
}
