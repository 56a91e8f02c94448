// Credentials that are missing, broken or hung: exit 4 at once, in one line that says what to do, and never a secret in it.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { shortTermApiKey, TEST_API_KEY } from "../../../src/mock/credentials.ts";
import { cbr, freshHome, PROGRAM, preload } from "../../support/cbr.ts";
import { startSilentListener } from "../../support/fault-server.ts";
import { errorOf, mocked } from "../../support/mocked.ts";

const NO_KEYS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
const FAST = preload(join(import.meta.dirname, "../../support/fast-timers.cjs"));

/** A home whose ~/.aws/config is `config`. */
function homeWith(config: string): string {
  const home = freshHome();
  mkdirSync(join(home, ".aws"));
  writeFileSync(join(home, ".aws/config"), config);
  return home;
}

/** Runs against a mock that no request may reach. */
async function refused(
  config: string,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
) {
  const bedrock = await mocked();
  const home = homeWith(config);
  const run = await bedrock.cbr(["invoke", ...args, "hi"], { home, env: { ...NO_KEYS, ...env } });
  expect(run).toMatchObject({ code: 4, stdout: "" });
  expect(bedrock.mock.requests).toEqual([]);
  return run;
}

test("row 76: without credentials nobody waits for a metadata service; what was tried is listed in its order", async () => {
  const metadata = await startSilentListener();
  onTestFinished(() => metadata.close());
  const started = performance.now();
  const { code, stderr } = await cbr(["invoke", "hi"], {
    env: {
      AWS_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
    },
  });
  expect(code).toBe(4);
  expect(stderr).toMatch(/AWS_ACCESS_KEY_ID, profile `default`, web identity, container, instance metadata/);
  expect(metadata.connections()).toBe(0);
  // Two waits of the SDK would be 2 s; start-up alone is a fraction of this.
  expect(performance.now() - started).toBeLessThan(1900);
});

test.each([
  ["AWS_PROFILE", [], { AWS_PROFILE: "nope" }],
  ["--profile", ["--profile", "nope"], {}],
])("row 77: %s names no profile: those that exist are named", async (source, args, env) => {
  const { stderr } = await refused(
    "[default]\nregion=us-east-1\n[profile work]\nregion=us-east-1\n",
    args,
    env,
  );
  expect(stderr).toContain(`profile \`nope\` (from \`${source}\`) is neither in ~/.aws/config nor`);
  expect(stderr).toContain("there are `default`, `work`");
});

test.each([
  [
    "in a profile",
    "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/Mock\nweb_identity_token_file = /nope/token\n",
    ["--profile", "p"],
    {},
  ],
  [
    "in the environment",
    "",
    [],
    { AWS_WEB_IDENTITY_TOKEN_FILE: "/nope/token", AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/Mock" },
  ],
])("the file of a web identity that is not there is named: %s", async (_where, config, args, env) => {
  const { stderr } = await refused(config, args, env);
  expect(stderr).toMatch(
    /^cbr: the token file `\/nope\/token` of the credentials cannot be read \(ENOENT\)$/m,
  );
  expect(stderr).toMatch(/^hint: check `web_identity_token_file`/m);
});

describe("row 78: an SSO session that", () => {
  const profiles = `[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = dev
[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.example/start
[profile legacy]
sso_start_url = https://corp.example/start
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = dev
`;
  const ended = {
    startUrl: "x",
    region: "us-east-1",
    accessToken: "CANARY",
    expiresAt: "2020-01-01T00:00:00Z",
  };
  test.each([
    ["is missing", null],
    ["has expired", JSON.stringify(ended)],
    ["is corrupt", "{garbage"],
    ["cannot be renewed", JSON.stringify({ ...ended, refreshToken: "CANARY" })],
  ])("%s asks for a login of that profile", async (_, cached) => {
    for (const profile of ["sso", "legacy"]) {
      const home = homeWith(profiles);
      const cache = join(home, ".aws/sso/cache");
      mkdirSync(cache, { recursive: true });
      const key = profile === "sso" ? "corp" : "https://corp.example/start";
      const name = `${createHash("sha1").update(key).digest("hex")}.json`;
      if (cached !== null) writeFileSync(join(cache, name), cached);
      const run = await cbr(["invoke", "--profile", profile, "--debug", "hi"], {
        home,
        env: { AWS_REGION: "us-east-1" },
      });
      expect(run).toMatchObject({ code: 4, stdout: "" });
      expect(run.stderr).toMatch(new RegExp(`^hint: run \`aws sso login --profile ${profile}\`$`, "m"));
      expect(run.stderr).not.toContain("CANARY");
    }
  });
});

describe("row 80: a credential process that hangs", () => {
  // Its own number: another run of this test may be going on beside it.
  const sleep = `sleep ${100_000 + process.pid}`;
  const config = `[profile hang]\ncredential_process = sh -c '${sleep}; echo --secret HUSH'\n`;
  const isRunning = () => {
    try {
      return execFileSync("pgrep", ["-f", sleep], { encoding: "utf8" }) !== "";
    } catch {
      return false;
    }
  };

  test("is ended with its children after 60 s, and named without its arguments", async () => {
    const { stderr } = await refused(config, ["--profile", "hang"], FAST);
    expect(stderr).toMatch(/^cbr: the credential process `sh` of profile `hang` did not end within 60 s$/m);
    expect(stderr).not.toContain("HUSH");
    await expect.poll(isRunning).toBe(false);
  });

  test("does not outlive a signal that ends us", async () => {
    const running = cbr(["invoke", "--profile", "hang", "hi"], {
      home: homeWith(config),
      env: { AWS_REGION: "us-east-1" },
    });
    while (!isRunning()) await new Promise((resolve) => setTimeout(resolve, 20));
    running.child.kill("SIGTERM");
    expect((await running).signal).toBe("SIGTERM");
    await expect.poll(isRunning).toBe(false);
  });
});

test.each([
  ["prints no JSON", "/bin/echo 'CANARY{'", /did not print JSON/],
  ["fails", "sh -c 'echo CANARY >&2; exit 3'", /`sh` \(profile `p`\) failed/],
  ["is not there", "/nonexistent/tool --key=CANARY", /`tool` \(profile `p`\) failed/],
  [
    "prints another version",
    `/bin/echo '{"Version":2,"AccessKeyId":"CANARY"}'`,
    /did not print what AWS expects/,
  ],
  [
    "gives keys that have expired",
    `/bin/echo '{"Version":1,"AccessKeyId":"AKIACANARY","SecretAccessKey":"CANARY","Expiration":"2020-01-01T00:00:00Z"}'`,
    /have expired/,
  ],
])(
  "row 81: a credential process that %s is named, and nothing it said is repeated",
  async (_, command, cause) => {
    for (const [section, profile] of [
      ["profile p", "p"],
      ["default", null],
    ]) {
      const args = profile === null ? [] : ["--profile", "p"];
      const { stderr } = await refused(`[${section}]\ncredential_process = ${command}\n`, [
        ...args,
        "--debug",
      ]);
      expect(stderr).toMatch(profile === null ? /the credential process/ : cause);
      expect(stderr).not.toContain("CANARY");
    }
  },
);

test.each([
  ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
  ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"],
])("row 82: with %s alone the other is said to be missing", async (one, other) => {
  const { stderr } = await refused("", [], { [one]: "AKIAIOSFODNN7EXAMPLE" });
  expect(stderr).toMatch(new RegExp(`^cbr: the credentials are incomplete: ${other} is missing`));
});

test("row 83: key variables beat AWS_PROFILE with one warning, and --profile beats both", async () => {
  const bedrock = await mocked();
  const home = homeWith("[profile work]\ncredential_process = false\n");
  const keys = await bedrock.cbr(["invoke", "hi"], { home, env: { AWS_PROFILE: "work" } });
  expect(keys.code).toBe(0);
  expect(keys.stderr.match(/^warning: /gm)).toHaveLength(1);
  expect(keys.stderr).toMatch(
    /`AWS_ACCESS_KEY_ID` and `AWS_PROFILE` are both set: the key variables are used/,
  );
  const profile = await bedrock.cbr(["invoke", "--profile", "work", "hi"], { home });
  expect(profile.code).toBe(4);
  expect(profile.stderr).toMatch(/credential process `false`/);
});

test.each(["", " ", "\t\n"])("row 84: a bearer token of %j is none", async (token) => {
  const bedrock = await mocked();
  const run = await bedrock.cbr(["invoke", "hi"], { env: { AWS_BEARER_TOKEN_BEDROCK: token } });
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(bedrock.mock.requests[0]?.headers["authorization"]).toMatch(/^AWS4-HMAC-SHA256 /);
});

describe("row 85: a bearer token", () => {
  test("is trimmed, also from a file", async () => {
    const bedrock = await mocked();
    const home = freshHome();
    writeFileSync(join(home, "key"), `\ufeff${TEST_API_KEY}\r\n`);
    const runs = [
      bedrock.cbr(["invoke", "hi"], { env: { ...NO_KEYS, AWS_BEARER_TOKEN_BEDROCK: ` ${TEST_API_KEY}\n` } }),
      bedrock.cbr(["invoke", "--api-key-file", "key", "hi"], { home, env: NO_KEYS }),
      bedrock.cbr(["invoke", "--api-key-file", "-", "hi"], { stdin: `${TEST_API_KEY}\n`, env: NO_KEYS }),
    ];
    for (const run of await Promise.all(runs)) expect(run).toMatchObject({ code: 0, stderr: "" });
    const sent = bedrock.mock.requests.map(({ headers }) => headers["authorization"]);
    expect(sent).toEqual(Array(3).fill(`Bearer ${TEST_API_KEY}`));
  });

  test.each([
    ["\n", /contains a line break/],
    ["\u0001", /contains a character that a header cannot hold/],
    ["é", /contains a character that a header cannot hold/],
  ])("with %j inside is refused and not repeated", async (inner, message) => {
    const token = `ABSKcanaryfirsthalf${inner}canarysecondhalf`;
    const { stderr } = await refused("", ["--debug"], { AWS_BEARER_TOKEN_BEDROCK: token });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/canary/);
  });
});

test("row 86: of a bearer token and keys the token is used, unless --auth says otherwise", async () => {
  const bedrock = await mocked();
  const env = { AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY };
  await bedrock.cbr(["invoke", "hi"], { env });
  await bedrock.cbr(["invoke", "--auth", "sigv4", "hi"], { env });
  const [first, second] = bedrock.mock.requests.map(({ headers }) => headers["authorization"]);
  expect(first).toMatch(/^Bearer /);
  expect(second).toMatch(/^AWS4-HMAC-SHA256 /);
});

test("row 87: a bearer token that has expired is exit 4 and says so", async () => {
  const bedrock = await mocked();
  const token = shortTermApiKey("us-east-1", Date.now(), -60);
  const run = await bedrock.cbr(["invoke", "--error-format=json", "hi"], {
    env: { ...NO_KEYS, AWS_BEARER_TOKEN_BEDROCK: token },
  });
  expect(run).toMatchObject({ code: 4, stdout: "" });
  expect(errorOf(run.stderr)).toMatchObject({ code: "api_key_expired", exit_code: 4 });
  expect(bedrock.mock.requests).toEqual([]);
});

test("row 87: one that nobody uses is not looked at", async () => {
  const bedrock = await mocked();
  const token = shortTermApiKey("us-east-1", Date.now(), -60);
  const run = await bedrock.cbr(["invoke", "--auth", "sigv4", "hi"], {
    env: { AWS_BEARER_TOKEN_BEDROCK: token },
  });
  expect(run.code).toBe(0);
});

describe("row 88: keys in the environment work", () => {
  test.each([
    ["a config file of garbage", "\u0000\u0001garbage[[[\n===\n[profile\n"],
    ["a config file that is empty", ""],
  ])("with %s", async (_, config) => {
    const bedrock = await mocked();
    expect((await bedrock.cbr(["invoke", "hi"], { home: homeWith(config) })).code).toBe(0);
  });

  test("with a home that is not there, or none", async () => {
    const bedrock = await mocked();
    for (const HOME of ["/nonexistent", "/", undefined]) {
      expect(await bedrock.cbr(["invoke", "hi"], { env: { HOME } })).toMatchObject({ code: 0, stderr: "" });
    }
  });

  test.skipIf(process.getuid?.() !== 0)(
    "of a user that no file knows, and without them the end is 4",
    async () => {
      const bedrock = await mocked();
      const run = async (env: NodeJS.ProcessEnv, ...words: string[]) => {
        const all = ["--reuid=12345", "--clear-groups", ...PROGRAM, ...words];
        const child = spawn("setpriv", all, {
          env: { PATH: process.env["PATH"], ...env },
          cwd: "/",
          stdio: "ignore",
        });
        return (await once(child, "close"))[0];
      };
      const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...without } = bedrock.env;
      expect(await run(bedrock.env, "invoke", "--no-stdin", "hi")).toBe(0);
      expect(await run(bedrock.env, "whoami")).toBe(0);
      expect(await run(without, "invoke", "--no-stdin", "hi")).toBe(4);
    },
  );

  test.skipIf(process.getuid?.() !== 0)(
    "with a config file that nobody may read, and a warning",
    async () => {
      const bedrock = await mocked();
      const home = homeWith("[default]\n");
      chmodSync(home, 0o755);
      chmodSync(join(home, ".aws/config"), 0o000);
      const { execFile } = await import("node:child_process");
      const said = await new Promise<{ code: number; stderr: string }>((resolve) => {
        const env = { PATH: process.env["PATH"], HOME: home, ...bedrock.env };
        const words = ["--reuid=65534", "--clear-groups", ...PROGRAM, "invoke", "--no-stdin", "hi"];
        execFile("setpriv", words, { env, cwd: "/" }, (error, _, stderr) =>
          resolve({ code: Number(error?.code ?? 0), stderr }),
        );
      });
      expect(said).toEqual({ code: 0, stderr: "warning: cannot read ~/.aws/config: going on without it\n" });
    },
  );
});
