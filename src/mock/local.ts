import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CbrError } from "../core/errors.ts";
import type { LocalBedrock } from "../core/local-bedrock.ts";
import { nearest } from "../core/nearest.ts";
import type { Host } from "../host/host.ts";
import { covers } from "./deny.ts";
import { mockEnvironment } from "./environment.ts";
import { FAULTS } from "./faults.ts";
import { runCommand, runInBackground } from "./run.ts";
import { parseScript, type Script } from "./script.ts";
import { DENIABLE_ACTIONS, startMock } from "./server.ts";

/** The local Bedrock as `cbr mock` uses it. */
export function openLocalBedrock(host: Host): LocalBedrock {
  return {
    async start({ port, script, latencyMs, tokensPerSecond, deny, log }) {
      for (const pattern of deny) checkDeniable(pattern);
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

/** A denial that covers nothing would let the test of a script pass that should fail. */
function checkDeniable(pattern: string): void {
  if (DENIABLE_ACTIONS.some((action) => covers(pattern, action))) return;
  const [near] = nearest(pattern.includes(":") ? pattern : `bedrock:${pattern}`, DENIABLE_ACTIONS, 1);
  throw new CbrError("bad_flag_value", {
    message: `\`--deny\` cannot be \`${pattern}\`: the mock knows no such IAM action`,
    hint: near ? `did you mean \`${near}\`?` : "as in `--deny bedrock:InvokeModelWithResponseStream`",
  });
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
