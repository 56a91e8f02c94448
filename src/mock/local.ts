import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CbrError } from "../core/errors.ts";
import type { LocalBedrock } from "../core/local-bedrock.ts";
import type { Host } from "../host/host.ts";
import { mockEnvironment } from "./environment.ts";
import { FAULTS } from "./faults.ts";
import { runCommand, runInBackground } from "./run.ts";
import { parseScript, type Script } from "./script.ts";
import { startMock } from "./server.ts";

/** The local Bedrock as `cbr mock` uses it. */
export function openLocalBedrock(host: Host): LocalBedrock {
  return {
    async start({ port, script, latencyMs, tokensPerSecond, deny, log }) {
      const replies = script === null ? null : await readScript(resolve(host.cwd, script), script);
      try {
        return await startMock({
          port,
          script: replies,
          latencyMs,
          tokensPerSecond,
          deny,
          ...(log && { log }),
        });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
        throw new CbrError("bad_flag_value", {
          message: `port ${port} is in use`,
          hint: "without `--port` a free one is taken",
        });
      }
    },
    environment: (url, region) => mockEnvironment(url, region, host.env),
    run: (words, environment, relay) => runCommand(words, environment, host, relay),
    background: (words) => runInBackground(words, host),
  };
}

async function readScript(path: string, shown: string): Promise<Script> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new CbrError("file_unreadable", {
      message: `cannot read the script \`${shown}\`: ${(error as NodeJS.ErrnoException).code}`,
    });
  }
  try {
    return parseScript(text, FAULTS);
  } catch (error) {
    throw new CbrError("bad_script", { message: `\`${shown}\`: ${(error as Error).message}` });
  }
}
