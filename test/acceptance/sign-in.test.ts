// Sessions that have ended and codes that are asked for: who is asked, what is run, and that the same request goes on.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { MFA_CODE, MFA_ROLE_ARN, MFA_SERIAL, ROLE_ARN } from "../../src/mock/control/assume-role.ts";
import { shortTermApiKey, TEMPORARY_CREDENTIALS, TEST_CREDENTIALS } from "../../src/mock/credentials.ts";
import { cbr, freshHome } from "../support/cbr.ts";
import { startProxy } from "../support/fault-server.ts";
import { errorOf, mocked } from "../support/mocked.ts";
import { signInCli, ssoPortal, ssoProfile } from "../support/sso.ts";
import { HAS_TMUX, terminal } from "../support/terminal.ts";

const NO_KEYS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
const ENDED = new Date(Date.now() - 60_000);

/** Profile `work` whose SSO session has ended, a portal, a mock, and an AWS CLI that ends with `code`. */
async function ended(code = 0) {
  const home = freshHome();
  ssoProfile(home, ENDED);
  const [{ env, calls }, portal] = await Promise.all([mocked(), ssoPortal()]);
  const path = `${signInCli(home, code)}:${process.env["PATH"]}`;
  return {
    home,
    calls,
    env: { ...env, ...NO_KEYS, AWS_PROFILE: "work", AWS_ENDPOINT_URL_SSO: portal.url, PATH: path },
    /** What the AWS CLI was asked to do, a line each time. */
    ran: () => (existsSync(join(home, "aws-words")) ? readFileSync(join(home, "aws-words"), "utf8") : ""),
  };
}

describe.skipIf(!HAS_TMUX)("an SSO session that has ended, at a terminal", () => {
  test("a yes runs the login, and the same request goes on", async () => {
    const { home, env, ran, calls } = await ended();
    const screen = await terminal([], { home, env, shell: 'eval "$CBR invoke Hello" > out' });
    await screen.shows("Run `aws sso login --profile work` now? [y/N]");
    expect(ran()).toBe("");
    await screen.type("y");
    await screen.press("Enter");
    expect(await screen.ended()).toBe(0);
    expect(ran()).toBe("sso login --profile work\n");
    expect(calls().map(({ status }) => status)).toEqual([200]);
    expect(calls()[0]?.headers["x-amz-security-token"]).toBe(TEMPORARY_CREDENTIALS.sessionToken);
    // The login's own words belong on the screen, not among the answer's.
    expect(readFileSync(join(home, "out"), "utf8")).not.toContain("Successfully");
    expect(readFileSync(join(home, "out"), "utf8").length).toBeGreaterThan(0);
    expect(await screen.screen()).toContain("Successfully logged into Start URL");
  });

  test.each(["n", ""])("anything but a yes runs nothing and is exit 4: `%s`", async (answer) => {
    const { home, env, ran, calls } = await ended();
    const screen = await terminal(["invoke", "Hello"], { home, env });
    await screen.shows("now? [y/N]");
    if (answer !== "") await screen.type(answer);
    await screen.press("Enter");
    expect(await screen.ended()).toBe(4);
    expect(await screen.screen()).toMatch(/hint: run `aws sso login --profile work`/);
    expect(ran()).toBe("");
    expect(calls()).toEqual([]);
  });

  test("a login that fails is exit 4 and not offered again", async () => {
    const { home, env, ran } = await ended(1);
    const screen = await terminal(["invoke", "Hello"], { home, env });
    await screen.shows("now? [y/N]");
    await screen.type("y");
    await screen.press("Enter");
    expect(await screen.ended()).toBe(4);
    expect(ran()).toBe("sso login --profile work\n");
  });

  test("requests that leave together ask once", async () => {
    const { home, env, ran } = await ended();
    const screen = await terminal(["models", "check", "opus-4.6"], { home, env });
    await screen.shows("now? [y/N]");
    await screen.type("y");
    await screen.press("Enter");
    expect(await screen.ended()).toBe(0);
    expect(ran()).toBe("sso login --profile work\n");
  });

  test("in CI nobody is asked", async () => {
    const { home, env, ran } = await ended();
    const screen = await terminal(["invoke", "Hello"], { home, env: { ...env, CI: "true" } });
    expect(await screen.ended()).toBe(4);
    expect(await screen.screen()).not.toContain("[y/N]");
    expect(ran()).toBe("");
  });

  test("doctor asks nobody", async () => {
    const { home, env, ran } = await ended();
    const screen = await terminal(["doctor"], { home, env, rows: 60 });
    expect(await screen.ended()).toBe(4);
    expect(await screen.screen()).not.toContain("[y/N]");
    expect(ran()).toBe("");
  });

  test("a profile of `aws login` offers that", async () => {
    const { home, env, ran } = await ended();
    const session = "arn:aws:iam::123456789012:user/mock";
    writeFileSync(join(home, ".aws/config"), `[profile dev]\nlogin_session = ${session}\n`);
    const screen = await terminal(["invoke", "Hello"], { home, env: { ...env, AWS_PROFILE: "dev" } });
    await screen.shows("Run `aws login --profile dev` now? [y/N]");
    await screen.type("y");
    await screen.press("Enter");
    // This AWS CLI signs in to SSO alone: the session is still not there, and nobody is asked again.
    expect(await screen.ended()).toBe(4);
    expect(ran()).toBe("login --profile dev\n");
  });
});

describe("an SSO session", () => {
  test("that has ended is exit 4 at once without a terminal, naming the command and running nothing", async () => {
    const { home, env, ran, calls } = await ended();
    const { code, stdout, stderr } = await cbr(["invoke", "--json", "Hello"], { home, env });
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    expect(errorOf(stderr)).toMatchObject({
      code: "sso_expired",
      hint: "run `aws sso login --profile work`",
    });
    expect(ran()).toBe("");
    expect(calls()).toEqual([]);
  });

  test("that lasts is used", async () => {
    const { home, env, calls } = await ended();
    ssoProfile(home, new Date(Date.now() + 3_600_000));
    expect((await cbr(["invoke", "Hello"], { home, env })).code).toBe(0);
    expect(calls()).toHaveLength(1);
  });

  test("is asked in its own region, not in that of Bedrock", async () => {
    const home = freshHome();
    ssoProfile(home, new Date(Date.now() + 3_600_000));
    const proxy = await startProxy({ refuse: 403 });
    onTestFinished(() => proxy.close());
    const env = { AWS_PROFILE: "work", HTTPS_PROXY: proxy.url };
    await cbr(["whoami"], { home, env });
    expect(proxy.log[0]).toBe("CONNECT portal.sso.eu-west-1.amazonaws.com:443");
  });
});

/** Profiles that assume the mock's roles: `role`, and `mfa` with a device. */
function roleProfiles(home: string): void {
  mkdirSync(join(home, ".aws"), { recursive: true });
  const { accessKeyId, secretAccessKey } = TEST_CREDENTIALS;
  writeFileSync(
    join(home, ".aws/credentials"),
    `[base]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  writeFileSync(
    join(home, ".aws/config"),
    [
      ...["[profile role]", `role_arn = ${ROLE_ARN}`, "source_profile = base"],
      ...[
        "[profile mfa]",
        `role_arn = ${MFA_ROLE_ARN}`,
        `mfa_serial = ${MFA_SERIAL}`,
        "source_profile = base",
      ],
      "",
    ].join("\n"),
  );
}

describe("a profile that assumes a role", () => {
  test("uses the role's credentials", async () => {
    const { cbr } = await mocked();
    const home = freshHome();
    roleProfiles(home);
    const { code, stdout } = await cbr(["whoami", "--profile", "role", "--json"], { home, env: NO_KEYS });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      arn: TEMPORARY_CREDENTIALS.arn,
      credentials: { source: "profile role (assume role)" },
    });
  });

  test("without a terminal the need of an MFA code is exit 4", async () => {
    const { cbr, mock } = await mocked();
    const home = freshHome();
    roleProfiles(home);
    const { code, stderr } = await cbr(["whoami", "--profile", "mfa", "--json"], { home, env: NO_KEYS });
    expect(code).toBe(4);
    expect(errorOf(stderr)).toMatchObject({ code: "mfa_required" });
    expect(mock.requests).toEqual([]);
  });

  test.skipIf(!HAS_TMUX).each([
    [MFA_CODE, 0, TEMPORARY_CREDENTIALS.arn],
    ["654321", 4, "MultiFactorAuthentication failed"],
  ])("asks for the MFA code at a terminal, once: %s", async (typed, code, shown) => {
    const { env, mock } = await mocked();
    const home = freshHome();
    roleProfiles(home);
    const screen = await terminal(["whoami", "--profile", "mfa"], {
      home,
      env: { ...env, ...NO_KEYS },
      columns: 120,
    });
    await screen.shows(`MFA code of ${MFA_SERIAL}:`);
    await screen.type(typed);
    await screen.press("Enter");
    expect(await screen.ended()).toBe(code);
    const text = await screen.screen();
    expect(text).toContain(shown);
    expect(text.split("MFA code of")).toHaveLength(2);
    expect(mock.requests[0]?.body.toString()).toContain(`TokenCode=${typed}`);
  });

  test.skipIf(!HAS_TMUX)("an invocation asks once, and goes on with the code", async () => {
    const { env, calls } = await mocked();
    const home = freshHome();
    roleProfiles(home);
    const screen = await terminal(["invoke", "--profile", "mfa", "Hello"], {
      home,
      env: { ...env, ...NO_KEYS },
    });
    await screen.shows("MFA code of");
    await screen.type(MFA_CODE);
    await screen.press("Enter");
    expect(await screen.ended()).toBe(0);
    expect(calls()).toHaveLength(1);
  });

  test("doctor skips what an MFA code would be needed for, or fails without a terminal", async () => {
    const { cbr } = await mocked();
    const home = freshHome();
    roleProfiles(home);
    const env = { ...NO_KEYS, PATH: freshHome() };
    const { code, stdout } = await cbr(["doctor", "--profile", "mfa", "--json"], { home, env });
    expect(code).toBe(4);
    expect(JSON.parse(stdout).culprit).toBe("credentials");
  });
});

test("a short-term key of another region is refused before anything is sent", async () => {
  const { cbr, mock } = await mocked();
  const key = shortTermApiKey("us-west-2", Date.now(), 3600);
  const { code, stderr } = await cbr(["invoke", "Hello"], {
    env: { ...NO_KEYS, AWS_BEARER_TOKEN_BEDROCK: key },
  });
  expect(code).toBe(2);
  expect(stderr).toMatch(/works in us-west-2 only, and `AWS_REGION` says us-east-1/);
  expect(mock.requests).toEqual([]);
});
