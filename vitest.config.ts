import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { canHaveExecutable, EXECUTABLE } from "./test/support/executable.ts";

/** What depends on the runtime's own sockets, streams and signals: tested with both runtimes, everything else with Node. */
const RUNTIME_TESTS = ["stream", "http", "wire", "network"].map(
  (name) => `test/acceptance/faults/${name}.test.ts`,
);

const isOneProgram = process.env["CBR_TEST_COMMAND"] !== undefined;
const hasExecutable = !isOneProgram && canHaveExecutable();
if (!isOneProgram && !hasExecutable)
  process.stderr.write("no Bun, or not built: the executable is not tested\n");

export default defineConfig({
  test: {
    globalSetup: ["test/support/build.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: "threads",
    poolOptions: { threads: { maxThreads: 3, minThreads: 1 } },
    reporters: ["default"],
    projects: [
      { extends: true, test: { name: "node", include: ["test/**/*.test.ts"] } },
      ...(hasExecutable
        ? [
            {
              extends: true as const,
              test: {
                name: "executable",
                include: RUNTIME_TESTS,
                globalSetup: ["test/support/build-executable.ts"],
                env: { CBR_TEST_COMMAND: JSON.stringify([join(import.meta.dirname, EXECUTABLE)]) },
              },
            },
          ]
        : []),
    ],
  },
});
