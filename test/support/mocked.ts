// The built program against a mock in this process: what most acceptance tests start from.
import { onTestFinished } from "vitest";
import { mockEnvironment } from "../../src/mock/environment.ts";
import {
  type MockOptions,
  type RecordedRequest,
  type RunningMock,
  startMock,
} from "../../src/mock/server.ts";
import { cbr, type Running, type RunOptions } from "./cbr.ts";

export interface Mocked {
  mock: RunningMock;
  env: Record<string, string>;
  /** Runs cbr with the mock's environment. */
  cbr(args: readonly string[], options?: RunOptions): Running;
  /** Requests to a model, without those to the control plane and STS. */
  calls(): RecordedRequest[];
  /** The JSON body of call `index`. */
  body(index?: number): Record<string, any>;
}

/** Starts a mock for the running test; it is closed when the test ends. */
export async function mocked(options: MockOptions = {}): Promise<Mocked> {
  const mock = await startMock(options);
  onTestFinished(() => mock.close());
  const { set: env } = mockEnvironment(mock.url, "us-east-1", {});
  const calls = () => mock.requests.filter(({ path }) => /^\/(mantle\/)?(model|anthropic)\//.test(path));
  return {
    mock,
    env,
    cbr: (args, run = {}) => cbr(args, { ...run, env: { ...env, ...run.env } }),
    calls,
    body: (index = 0) => JSON.parse(String(calls()[index]?.body ?? "null")),
  };
}

/** The one JSON line that `--error-format json` leaves as the last line of stderr. */
export function errorOf(stderr: string): Record<string, any> {
  return JSON.parse(stderr.trim().split("\n").at(-1) ?? "").error;
}
