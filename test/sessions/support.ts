import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Reply } from "../../src/core/reply.ts";
import type { Host } from "../../src/host/host.ts";
import { Sessions } from "../../src/sessions/sessions.ts";

export interface Bench {
  sessions: Sessions;
  directory: string;
  warnings: string[];
  notices: string[];
}

/** A fresh state directory and the sessions in it, as one process sees them. */
export function bench(
  options: { state?: string; env?: Record<string, string>; now?: () => number } = {},
): Bench {
  const state = options.state ?? mkdtempSync(join(tmpdir(), "cbr-sessions-"));
  const warnings: string[] = [];
  const notices: string[] = [];
  const host = {
    env: { XDG_STATE_HOME: state, ...options.env },
    home: "/nonexistent",
    platform: process.platform,
    pid: process.pid,
    uid: process.geteuid?.() ?? null,
    now: options.now ?? Date.now,
    isRunning: () => true,
    kill: () => {},
  } as unknown as Host; // sessions use no more of it
  const sessions = new Sessions(host, {
    warn: (_code, message) => warnings.push(message),
    notice: (message) => notices.push(message),
  });
  return { sessions, directory: sessions.directory, warnings, notices };
}

export function reply(text: string, more: Partial<Reply> = {}): Reply {
  return {
    id: "msg_1",
    model: "claude-opus-4-6",
    requestId: "req-1",
    content: [{ type: "text", text }],
    text,
    stopReason: "end_turn",
    stopSequence: null,
    stopDetails: null,
    usage: { input_tokens: 1, output_tokens: 2, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 },
    guardrailAction: null,
    trace: null,
    unknownEvents: 0,
    ...more,
  };
}

export const FACTS = { modelId: "global.anthropic.claude-opus-4-6-v1", cost: { usd: 0.5 } };

export function lines(path: string): Record<string, unknown>[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}
