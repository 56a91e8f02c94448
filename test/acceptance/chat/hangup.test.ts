// The window is closed at the prompt. Node aborts when it cannot restore a terminal that is gone; we must not.
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { cleanEnv, freshHome, PROGRAM } from "../../support/cbr.ts";

const SCRIPT = `
import json, os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen = b""
while b"> " not in seen.replace(b"\\x1b[22m\\x1b[39m", b""):
    seen += os.read(fd, 4096)
os.close(fd)
_, status = os.waitpid(pid, 0)
print(json.dumps({"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None, "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None}))
`;
const hasPython = spawnSync("python3", ["--version"]).status === 0;

test.skipIf(!hasPython)("row 93: a terminal that goes away at the prompt ends the chat by SIGHUP", () => {
  const home = freshHome();
  const run = spawnSync("python3", ["-c", SCRIPT, ...PROGRAM, "chat", "--no-save"], {
    env: cleanEnv(home, { AWS_REGION: "us-east-1", TERM: "xterm" }),
    encoding: "utf8",
    timeout: 20_000,
  });
  const { signal, code } = JSON.parse(run.stdout);
  expect(signal ?? code).toBe(signal === null ? 129 : 1);
});
