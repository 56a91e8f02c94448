// `cbr doctor` in an environment made for one test.
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { TEST_CREDENTIALS } from "../../src/mock/credentials.ts";
import { mockEnvironment } from "../../src/mock/environment.ts";
import { type MockOptions, startMock } from "../../src/mock/server.ts";
import { cbr, freshHome } from "./cbr.ts";
import { startProxy } from "./fault-server.ts";

export type Env = Record<string, string | undefined>;

export const NO_KEYS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
export const KEYS = {
  AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
};
export const NOBODY = "http://127.0.0.1:9";

export interface DoctorReport {
  ok: boolean;
  exit_code: number;
  culprit: string | null;
  checks: { name: string; status: string; message: string; fix: string | null; code?: string }[];
}

/** Runs it without any AWS CLI on the PATH unless `env` names one. */
export async function examine(args: readonly string[], env: Env, home: string, cwd = home) {
  const result = await cbr(["doctor", "--json", ...args], { home, cwd, env: { PATH: freshHome(), ...env } });
  return { ...result, report: JSON.parse(result.stdout) as DoctorReport };
}

export async function mockEnv(options: MockOptions = {}): Promise<Env> {
  const mock = await startMock(options);
  onTestFinished(() => mock.close());
  return mockEnvironment(mock.url, "us-east-1", {}).set;
}

export async function proxy(refuse: number): Promise<string> {
  const server = await startProxy({ refuse });
  onTestFinished(() => server.close());
  return server.url;
}

export function variables({ accessKeyId, secretAccessKey, sessionToken }: typeof TEST_CREDENTIALS): Env {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
}

/** A folder with an `aws` that runs `script`. */
export function binaryFolder(script: string): string {
  const folder = freshHome();
  writeFileSync(join(folder, "aws"), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(join(folder, "aws"), 0o755);
  return folder;
}
