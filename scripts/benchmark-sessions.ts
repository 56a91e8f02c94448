// Opens sessions of 100 MB made of lines of different length and says how long it took and how much memory it kept.
// Run: tsx --expose-gc scripts/benchmark-sessions.ts
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../src/host/host.ts";
import { Sessions } from "../src/sessions/sessions.ts";

const BYTES = 100 << 20;

for (const length of [500, 2_000, 20_000, 1_000_000]) {
  const state = mkdtempSync(join(tmpdir(), "cbr-benchmark-"));
  const directory = join(state, "cbr", "sessions");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, "big.jsonl"), session(length), { mode: 0o600 });
  const host = {
    env: { XDG_STATE_HOME: state },
    home: "/",
    platform: "linux",
    pid: process.pid,
    uid: process.geteuid?.() ?? null,
    now: Date.now,
    isRunning: () => true,
    kill: () => {},
  };
  const sessions = new Sessions(host as unknown as Host, { warn: console.error, notice: console.error });
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const opened = await sessions.open("big", "read");
  const ms = Math.round(performance.now() - start);
  const grown = Math.round((process.memoryUsage().rss - before) / (1 << 20));
  console.log(
    `lines of ${length} bytes: ${opened.turnCount} turns in ${ms} ms, ${grown} MB more memory at the end`,
  );
  opened.close();
  rmSync(state, { recursive: true });
}

function session(length: number): string {
  const lines = ['{"type":"session","version":1,"created":"2026-11-20T10:00:00.000Z"}\n'];
  const text = 'Grüße and \\"quotes\\" '.repeat(Math.ceil(length / 21)).slice(0, length - (length % 21));
  for (let bytes = 0, n = 0; bytes < BYTES; n++) {
    lines.push(`{"type":"user","id":"t${n}","at":"2026-11-20T10:00:00.000Z","content":"${text}"}\n`);
    lines.push(
      `{"type":"assistant","to":"t${n}","at":"2026-11-20T10:00:00.000Z","complete":true,"model":"claude-opus-4-6","usage":{"input_tokens":1,"output_tokens":2,"cache_read_input_tokens":0,"cache_creation_input_tokens":0},"cost":{"usd":0.1},"content":[{"type":"text","text":"${text}"}]}\n`,
    );
    bytes += 2 * length + 350;
  }
  return lines.join("");
}
