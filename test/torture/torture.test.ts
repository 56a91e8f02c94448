// Everything a short run asks of the system fails once, one call after the other. Whatever comes of it, it comes soon, is
// said without a stack, and is never taken for an answer. CBR_TORTURE=full tries every call, else every seventh.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome } from "../support/cbr.ts";
import { mocked } from "../support/mocked.ts";

const SHIM = join(import.meta.dirname, "fail-nth.cjs");
const STEP = process.env["CBR_TORTURE"] === "full" ? 1 : 7;
const ANSWER = "one two three four";

const RUNS: [string, string[], string][] = [
  ["an answer", ["invoke", "-f", "file", "hi"], ANSWER],
  ["a session", ["invoke", "--session", "tea", "hi"], ANSWER],
  ["a file", ["invoke", "-o", "out", "hi"], ""],
];

test.each(RUNS)("whatever call fails: %s", { timeout: 1_200_000 }, async (_, args, stdout) => {
  const bedrock = await mocked({ script: [{ text: ANSWER.split(/(?<= )/) }] });
  const run = (n: number, home: string, count: string) => {
    writeFileSync(join(home, "file"), "text of a file");
    return bedrock.cbr(args, {
      home,
      limit: 10_000,
      env: { NODE_OPTIONS: `--require ${SHIM}`, CBR_TORTURE_N: String(n), CBR_TORTURE_COUNT: count },
    });
  };
  const home = freshHome();
  const counted = join(freshHome(), "count");
  expect(await run(0, home, counted)).toMatchObject({ code: 0, stdout });
  const total = Number(readFileSync(counted, "utf8"));
  expect(total).toBeGreaterThan(30);

  const problems: string[] = [];
  const next = Array.from({ length: Math.ceil(total / STEP) }, (_, i) => 1 + i * STEP);
  const work = async () => {
    for (let n = next.shift(); n !== undefined; n = next.shift()) {
      const own = freshHome();
      const named = join(freshHome(), "name");
      const what = () => `call ${n} (${tryRead(named).trim()})`;
      try {
        const result = await run(n, own, named);
        const isWhole = args.includes("-o")
          ? tryRead(join(own, "out")) === ANSWER && result.stdout === ""
          : result.stdout === stdout;
        if (result.code === 0 && !isWhole)
          problems.push(`${what()}: exit 0 with ${JSON.stringify(result.stdout)}`);
        if (/^ +at /m.test(result.stderr))
          problems.push(`${what()}: a stack: ${result.stderr.slice(0, 300)}`);
        if (result.code === null) problems.push(`${what()}: died by ${result.signal}`);
        else if (
          result.code !== 0 &&
          !/^cbr: /m.test(result.stderr) &&
          !/stderr|writeSync|fstatSync/.test(what())
        )
          problems.push(`${what()}: exit ${result.code} without a word: ${result.stderr.slice(0, 200)}`);
        if (args.includes("-o") && result.code !== 0 && ![ANSWER, ""].includes(tryRead(join(own, "out"))))
          problems.push(`${what()}: half a file`);
      } catch (error) {
        problems.push(`${what()}: ${(error as Error).message.slice(0, 300)}`);
      }
    }
  };
  await Promise.all([work(), work()]);
  expect(problems).toEqual([]);
});

function tryRead(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
