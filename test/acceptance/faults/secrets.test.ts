// Secrets never leave, prompts and answers stay where they were asked for.
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TEMPORARY_CREDENTIALS, TEST_API_KEY } from "../../../src/mock/credentials.ts";
import { HTTP_FAULTS, STREAM_FAULTS } from "../../../src/mock/faults.ts";
import { cbr, freshHome } from "../../support/cbr.ts";
import { faulty } from "../../support/fault-rows.ts";
import { mocked } from "../../support/mocked.ts";
import { shell } from "../../support/shell.ts";

test("S4: no flag takes a secret, and one that is tried is not repeated", async () => {
  const help = (await cbr(["invoke", "--help"])).stdout;
  expect(help).not.toMatch(/--(api-key|token|secret|password|bearer)[ =]/);
  for (const flag of ["--api-key", "--token", "--secret-key"]) {
    for (const words of [[`${flag}=CANARYVALUE`], [flag, "CANARYVALUE"]]) {
      const run = await cbr(["invoke", ...words, "hi"], { env: { AWS_REGION: "us-east-1" } });
      expect(run.code).toBe(2);
      expect(run.stdout + run.stderr).not.toContain("CANARY");
    }
  }
});

describe("S5: known secrets are nowhere, whatever goes wrong", () => {
  // The mock checks signatures: with keys of our own every row would be a 403.
  const SECRETS = {
    id: TEMPORARY_CREDENTIALS.accessKeyId,
    secretKey: TEMPORARY_CREDENTIALS.secretAccessKey,
    sessionToken: TEMPORARY_CREDENTIALS.sessionToken ?? "",
    bearer: TEST_API_KEY,
    password: "CANARYproxyPASSWORD",
  };
  const rows = [...HTTP_FAULTS, ...STREAM_FAULTS].map((fault) => ({
    fault,
    text: ["one ", "two ", "three"],
  }));
  const errors = [
    [400, "ValidationException"],
    [403, "AccessDeniedException"],
    [403, "ExpiredTokenException"],
    [429, "ThrottlingException"],
    [500, "InternalServerException"],
  ].map(([status, name]) => ({
    status,
    name,
    message: `you sent ${SECRETS.secretKey} and Bearer ${SECRETS.bearer} and ${SECRETS.sessionToken}`,
  }));

  test.each(["sigv4", "bearer"])(
    "S5: in every fault, with --debug and %s",
    { timeout: 120_000 },
    async (auth) => {
      const entries = [...rows, ...errors];
      const queue = entries.map((entry, i) => ({ entry, i }));
      const leaks: string[] = [];
      const codes = new Set<number | null>();
      const work = async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const { entry } = next;
          const server = await faulty([entry as never]);
          const home = freshHome();
          const keyFile = join(home, "key");
          writeFileSync(keyFile, SECRETS.bearer);
          const run = await cbr(
            [
              "invoke",
              "--debug",
              "--max-attempts",
              "2",
              "--first-byte-timeout",
              "1",
              "--idle-timeout",
              "1",
              "--timeout",
              "5",
              "--session",
              "s",
              ...(auth === "bearer" ? ["--api-key-file", keyFile] : []),
              "hi",
            ],
            {
              home,
              env: {
                ...server.env,
                AWS_ACCESS_KEY_ID: SECRETS.id,
                AWS_SECRET_ACCESS_KEY: SECRETS.secretKey,
                AWS_SESSION_TOKEN: SECRETS.sessionToken,
                HTTPS_PROXY: `http://user:${SECRETS.password}@127.0.0.1:9`,
                NO_PROXY: "127.0.0.1",
              },
            },
          );
          codes.add(run.code);
          writeFileSync(keyFile, "");
          const written = filesUnder(home).map((path) => readFileSync(path, "utf8"));
          const all = [run.stdout, run.stderr, ...written].join("\n");
          for (const [name, secret] of Object.entries(SECRETS)) {
            if (all.includes(secret) || all.includes(encodeURIComponent(secret)))
              leaks.push(`${JSON.stringify(entry).slice(0, 60)}: ${name}`);
          }
        }
      };
      await Promise.all([work(), work(), work()]);
      expect(leaks).toEqual([]);
      // The rows were really run.
      expect([...codes]).toEqual(expect.arrayContaining([0, 4, 5, 6, 7, 8]));
    },
  );

  test("S5, S21: in a proxy that fails, a dry run, whoami and doctor", async () => {
    const env = {
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: SECRETS.id,
      AWS_SECRET_ACCESS_KEY: SECRETS.secretKey,
      AWS_SESSION_TOKEN: SECRETS.sessionToken,
      HTTPS_PROXY: `http://user:${SECRETS.password}@127.0.0.1:9`,
    };
    for (const args of [
      ["invoke", "--max-attempts", "1", "hi"],
      ["invoke", "--dry-run=curl", "hi"],
      ["invoke", "--dry-run", "hi"],
      ["whoami"],
      ["doctor"],
      ["config", "show"],
    ]) {
      const run = await cbr([...args, "--debug"], { env });
      for (const secret of Object.values(SECRETS)) expect(run.stdout + run.stderr).not.toContain(secret);
    }
  });
});

test("S6: neither prompt nor answer is in anything but the answer", async () => {
  const bedrock = await mocked({ script: [{ text: "CANARYANSWER" }] });
  const home = freshHome();
  const run = await bedrock.cbr(["invoke", "--debug", "-o", "out", "CANARYPROMPT"], { home });
  expect(run.code).toBe(0);
  expect(run.stderr).not.toContain("CANARY");
  expect(filesUnder(home).map((path) => path.slice(home.length))).toEqual(["/out"]);
});

test.each(["000", "002", "022"])(
  "S7: under umask %s what we write is ours alone, new or old",
  async (umask) => {
    const bedrock = await mocked({ script: [{ text: "ok" }] });
    const home = freshHome();
    const env = {
      ...bedrock.env,
      XDG_STATE_HOME: join(home, "s"),
      XDG_CACHE_HOME: join(home, "c"),
      XDG_CONFIG_HOME: join(home, "k"),
    };
    const run = () =>
      shell(`umask ${umask}; cbr invoke --session a hi && cbr models refresh && cbr config set model opus`, {
        env,
      });
    expect((await run()).code).toBe(0);
    const check = () => {
      const modes = filesUnder(home).map((path) => (statSync(path).mode & 0o777).toString(8));
      expect(modes.length).toBeGreaterThanOrEqual(3);
      expect(new Set(modes)).toEqual(new Set(["600"]));
      for (const folder of ["s/cbr", "s/cbr/sessions", "c/cbr", "k/cbr"])
        expect((statSync(join(home, folder)).mode & 0o777).toString(8)).toBe("700");
    };
    check();
    for (const path of filesUnder(join(home, "s"))) chmodSync(path, 0o644);
    expect((await run()).code).toBe(0);
    check();
  },
);

function filesUnder(folder: string): string[] {
  return (
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      // The compiled form of this program's own code.
      .filter((path) => !path.includes("/.cache/cbr/compiled/"))
  );
}
