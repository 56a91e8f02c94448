// `credential_process` of an AWS profile. The SDK waits for such a command for ever; here it has a limit, and ends with us.
import { type ChildProcess, exec } from "node:child_process";
import { readFileSync } from "node:fs";
import { externalDataInterceptor } from "@smithy/shared-ini-file-loader";
import type { Host } from "../host/host.ts";

type Callback = (error: Error | null, output?: { stdout: string; stderr: string }) => void;

/** The first word of a command that was ended because it took too long; for the message. */
export class HungProcess extends Error {
  readonly program: string;
  constructor(command: string) {
    super("the credential process took too long");
    this.name = "HungProcess";
    this.program = programOf(command);
  }
}

/**
 * From now on the SDK's credential processes are ended, children included, after `limit` milliseconds and when a signal ends
 * us. Gives a function that tells which one hung, if any did: the SDK passes on messages, not errors.
 */
export function limitCredentialProcesses(host: Host, limit: number): () => HungProcess | null {
  let hung: HungProcess | null = null;
  const run = (command: string, done: Callback) => {
    // Its own process group would take the terminal away from a command that asks for a code.
    const child = exec(command, { maxBuffer: 2 ** 20 }, (error, stdout, stderr) => {
      clearTimeout(timer);
      for (const off of listening) off();
      done(hung ?? error, { stdout, stderr });
    });
    const timer = setTimeout(() => {
      hung = new HungProcess(command);
      endTree(child, host);
    }, limit);
    const listening = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) =>
      host.onSignal(signal, () => endTree(child, host)),
    );
  };
  // The SDK's own door for a replacement of exec; its type knows tokens only.
  externalDataInterceptor.interceptToken("exec", run as never);
  return () => hung;
}

/** The shell does not pass a signal on: what it started is ended first. */
function endTree(child: ChildProcess, host: Host): void {
  for (const pid of descendantsOf(child.pid)) host.kill(pid);
  child.kill("SIGKILL");
  // A grandchild that escaped may hold the pipes open.
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** Linux tells; elsewhere only the shell itself is ended. */
function descendantsOf(pid: number | undefined): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    const children = text.split(" ").filter(Boolean).map(Number);
    return children.flatMap((child) => [...descendantsOf(child), child]);
  } catch {
    return [];
  }
}

/** Its arguments may be secret. */
function programOf(command: string): string {
  const word = /^\s*(?:"([^"]+)"|'([^']+)'|(\S+))/.exec(command);
  return (word?.[1] ?? word?.[2] ?? word?.[3] ?? "").replace(/^.*[/\\]/, "");
}
