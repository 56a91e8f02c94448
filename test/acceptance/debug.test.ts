// `--debug` shows what goes over the wire, and nothing that must not be passed on.
import { expect, test } from "vitest";
import { shortTermApiKey, TEMPORARY_CREDENTIALS, TEST_CREDENTIALS } from "../../src/mock/credentials.ts";
import { freshHome } from "../support/cbr.ts";
import { mocked } from "../support/mocked.ts";
import { SSO_TOKEN, ssoPortal, ssoProfile } from "../support/sso.ts";

test("requests and answers are told by line and headers, without what was asked and said", async () => {
  const bedrock = await mocked({ script: [{ status: 503, message: "busy" }, { text: "CANARYANSWER" }] });
  const run = await bedrock.cbr(["invoke", "--debug", "CANARYPROMPT"], {
    env: variablesOf(TEMPORARY_CREDENTIALS),
  });
  expect(run).toMatchObject({ code: 0, stdout: "CANARYANSWER" });
  expect(run.stderr).toContain(`debug: request 1\n> POST ${bedrock.mock.url}/model/`);
  expect(run.stderr).toMatch(/^debug: answer 1 after \d+ ms\n< HTTP 503\n/m);
  expect(run.stderr).toMatch(/^debug: request 2\n/m);
  expect(run.stderr).toMatch(/^debug: answer 2 after \d+ ms\n< HTTP 200\n/m);
  expect(run.stderr).toContain("> x-amz-security-token: [redacted]\n");
  expect(run.stderr).not.toMatch(/CANARY|undefined/);
  expect(run.stderr).not.toContain(TEMPORARY_CREDENTIALS.sessionToken);
  expect(run.stderr).not.toContain(TEMPORARY_CREDENTIALS.secretAccessKey);
});

test("neither an API key nor the token of an SSO session is shown", async () => {
  const bedrock = await mocked();
  const key = shortTermApiKey("us-east-1", Date.now());
  const bearer = await bedrock.cbr(["invoke", "--debug", "hi"], { env: { AWS_BEARER_TOKEN_BEDROCK: key } });
  expect(bearer.code).toBe(0);
  expect(bearer.stderr).toContain("> authorization: [redacted]\n");
  expect(bearer.stderr).not.toContain(key);

  const home = freshHome();
  ssoProfile(home, new Date(Date.now() + 3_600_000));
  const portal = await ssoPortal();
  const sso = await bedrock.cbr(["invoke", "--debug", "hi"], {
    home,
    env: {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_PROFILE: "work",
      AWS_ENDPOINT_URL_SSO: portal.url,
    },
  });
  expect(sso, sso.stderr).toMatchObject({ code: 0 });
  expect(sso.stderr).toContain(`> GET ${portal.url}/federation/credentials\n`);
  expect(sso.stderr).toContain("> x-amz-sso_bearer_token: [redacted]\n");
  for (const secret of [SSO_TOKEN, TEMPORARY_CREDENTIALS.secretAccessKey, TEMPORARY_CREDENTIALS.sessionToken])
    expect(sso.stderr).not.toContain(secret);
});

test("a request that fails is told too; without --debug nothing is", async () => {
  const bedrock = await mocked();
  const env = {
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
  };
  const words = ["invoke", "--max-attempts", "1", "hi"];
  const run = await bedrock.cbr([...words, "--debug"], { env });
  expect(run.code).toBe(7);
  expect(run.stderr).toMatch(/^debug: request 1 failed after \d+ ms: ECONNREFUSED: /m);
  expect((await bedrock.cbr([...words, "-v"], { env })).stderr).not.toContain("debug:");
});

function variablesOf({ accessKeyId, secretAccessKey, sessionToken }: typeof TEMPORARY_CREDENTIALS) {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
}
