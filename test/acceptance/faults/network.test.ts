// Names, connections, certificates and endpoints, before the first byte of an answer.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { TEST_API_KEY } from "../../../src/mock/credentials.ts";
import type { ScriptEntry } from "../../../src/mock/script.ts";
import { cbr, freshHome } from "../../support/cbr.ts";
import { ask, checkRow, expectRow, type FaultRow, faulty } from "../../support/fault-rows.ts";
import { startBlackHole, startForwarder, startSilentListener } from "../../support/fault-server.ts";

const OK: ScriptEntry[] = [{ text: "ok" }];
const KEYS = {
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_REGION: "us-east-1",
};
/** Nobody is there; `hits` has nothing to count. */
const nowhere = (endpoint: string) => ({ env: { ...KEYS, AWS_ENDPOINT_URL: endpoint }, hits: () => 0 });

describe("before the headers", () => {
  const rows: FaultRow[] = [
    {
      title: "row 5: a reset before the headers is asked again",
      script: [{ fault: "rst-pre" }],
      code: 7,
      stderr: [
        /^note: connection reset, retrying in/m,
        /^cbr: 127\.0\.0\.1:\d+ closed the connection before an answer \(ECONNRESET\)$/m,
      ],
      hits: 3,
    },
    {
      title: "row 6: a reset once, then an answer",
      script: [{ fault: "rst-pre", times: 1 }, ...OK],
      code: 0,
      stdout: "ok",
      stderr: [/\(2\/3\)$/m],
      hits: 2,
    },
    {
      title: "row 7: a close before the headers is asked again",
      script: [{ fault: "fin-pre" }],
      args: ["--max-attempts", "2"],
      code: 7,
      stderr: [/closed the connection before an answer/],
      hits: 2,
    },
    {
      title: "row 8: no headers within --first-byte-timeout is asked once more",
      script: [{ fault: "stall-headers" }],
      args: ["--first-byte-timeout", "1", "--max-attempts", "5"],
      code: 7,
      stderr: [/^cbr: no answer from 127\.0\.0\.1:\d+ in 1 s$/m, /^hint: .*--first-byte-timeout/m],
      hits: 2,
    },
    {
      title: "row 8: --timeout bounds everything and is not tried again",
      script: [{ fault: "stall-headers" }],
      args: ["--timeout", "1"],
      code: 7,
      stderr: [/^cbr: not finished after 1 s \(`--timeout`\)$/m],
    },
    {
      title: "row 8: without a stream --timeout alone is the limit",
      script: [{ fault: "stall-headers" }],
      args: ["--no-stream", "--timeout", "2", "--first-byte-timeout", "1"],
      code: 7,
      stderr: [/^cbr: not finished after 2 s/m],
    },
    {
      title: "row 23: a redirect is not followed",
      script: [{ fault: "redirect" }],
      code: 5,
      stderr: [
        /^cbr: 127\.0\.0\.1:\d+ redirects to 127\.0\.0\.1:9 \(HTTP 307\)/m,
        /^hint: .*--endpoint-url/m,
      ],
    },
    {
      title: "row 23: nor is one with 301, without a stream",
      script: [{ fault: "redirect", status: 301 }],
      args: ["--no-stream"],
      code: 5,
      stderr: [/HTTP 301/],
    },
  ];
  test.each(rows)("$title", async (row) => {
    await checkRow(row);
  });
});

describe("names and connections", () => {
  test("row 1: a name that does not exist", async () => {
    const server = nowhere("https://bedrock.invalid");
    const run = await ask(server, ["--max-attempts", "5"]);
    expectRow(
      { code: 7, stderr: [/^cbr: cannot resolve bedrock\.invalid/m, /^hint: /m], hits: 0 },
      run,
      server,
    );
    // Tried at most twice: a wrong name stays wrong.
    expect(run.stderr.match(/retrying/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });

  test("row 1: a region that does not exist asks whether it is the right one", async () => {
    const server = { env: { ...KEYS, AWS_REGION: "us-east-99" }, hits: () => 0 };
    const run = await ask(server, ["-m", "anthropic.claude-opus-4-6-v1", "--geo", "none", "--no-check"]);
    expectRow(
      {
        code: 7,
        stderr: [
          /^cbr: cannot resolve bedrock-runtime\.us-east-99\.amazonaws\.com/m,
          /^hint: is `us-east-99` the right region/m,
        ],
        hits: 0,
      },
      run,
      server,
    );
  });

  test("row 3: nobody listens", async () => {
    const server = nowhere("http://127.0.0.1:9");
    const run = await ask(server);
    expectRow(
      { code: 7, stderr: [/^cbr: connection refused by 127\.0\.0\.1:9/m, /\(3\/3\)/], hits: 0 },
      run,
      server,
    );
  });

  test("row 4: packets that vanish end after --connect-timeout, as often as allowed", async () => {
    const hole = await startBlackHole();
    onTestFinished(() => hole.close());
    const server = nowhere(hole.url);
    const run = await ask(server, ["--connect-timeout", "1", "--max-attempts", "2"]);
    expectRow(
      {
        code: 7,
        stderr: [
          /^cbr: no connection to 127\.0\.0\.1:\d+ in 1 s/m,
          /^note: connect timeout, retrying.*\(2\/2\)/m,
        ],
        hits: 0,
      },
      run,
      server,
    );
  });

  test("row 4: a TLS handshake that never comes is no connection either", async () => {
    const silent = await startSilentListener();
    onTestFinished(() => silent.close());
    const server = nowhere(`https://127.0.0.1:${silent.port}`);
    const run = await ask(server, ["--connect-timeout", "1", "--max-attempts", "1", "--no-stream"]);
    expectRow({ code: 7, stderr: [/^cbr: no connection to 127\.0\.0\.1:\d+ in 1 s/m], hits: 0 }, run, server);
  });

  test("row 18: a host that speaks IPv6 only", async () => {
    const server = await faulty(OK);
    const forwarder = await startForwarder("::1", server.port);
    onTestFinished(() => forwarder.close());
    const run = await ask(server, [], { env: { AWS_ENDPOINT_URL: `http://[::1]:${forwarder.port}` } });
    expectRow({ code: 0, stdout: "ok" }, run, server);
  });
});

describe("certificates", () => {
  test("row 9: one that is not trusted is not asked again, and the way out is named", async () => {
    const server = await faulty(OK, { tls: true });
    const run = await ask(server);
    expectRow(
      {
        code: 7,
        stderr: [
          /^cbr: the certificate of 127\.0\.0\.1:\d+ is not trusted/m,
          /Corporate Inspection CA/,
          /^hint: .*--ca-bundle/m,
          /NODE_EXTRA_CA_CERTS/,
        ],
        hits: 0,
      },
      run,
      server,
    );
    expect(run.stderr).not.toMatch(/retrying|REJECT_UNAUTHORIZED|insecure/);
  });

  test.each([
    "AWS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "CBR_CA_BUNDLE",
    // As machines behind a gateway are set up: each program's variable names the same file.
    "AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS",
  ])("row 10: what %s names is trusted", async (names) => {
    const server = await faulty(OK, { tls: true });
    const env = Object.fromEntries(names.split(" and ").map((name) => [name, server.caPath as string]));
    expectRow({ code: 0, stdout: "ok" }, await ask(server, [], { env }), server);
  });

  test("row 10: so are --ca-bundle and the profile's ca_bundle", async () => {
    const server = await faulty(OK, { tls: true });
    const byFlag = await ask(server, ["--ca-bundle", server.caPath as string]);
    expectRow({ code: 0, stdout: "ok" }, byFlag, server);
    const home = freshHome();
    mkdirSync(join(home, ".aws"));
    writeFileSync(join(home, ".aws/config"), `[default]\nca_bundle = ${server.caPath}\n`);
    expect(await ask(server, [], { home })).toMatchObject({ code: 0, stdout: "ok", stderr: "" });
  });

  test("row 10: a bundle holds for STS as well", async () => {
    const server = await faulty(OK, { tls: true });
    const trusted = await cbr(["whoami", "--json"], {
      env: { ...server.env, AWS_CA_BUNDLE: server.caPath as string },
    });
    expect(trusted.code, trusted.stderr).toBe(0);
    const untrusted = await cbr(["whoami"], { env: server.env });
    expect(untrusted.code).toBe(7);
    expect(untrusted.stderr).toMatch(/not trusted/);
  });

  const home = freshHome();
  const notPem = join(home, "not.pem");
  writeFileSync(notPem, "hello\n");
  test.each([
    ["row 11: a bundle that does not exist", "AWS_CA_BUNDLE", join(home, "missing.pem"), /does not exist/],
    ["row 11: a bundle that cannot be read", "AWS_CA_BUNDLE", home, /cannot be read/],
    ["row 11: a bundle that is no PEM", "AWS_CA_BUNDLE", notPem, /no PEM certificate/],
    [
      "row 11: extra certificates that do not exist",
      "NODE_EXTRA_CA_CERTS",
      join(home, "missing.pem"),
      /does not exist/,
    ],
  ])("%s", async (_title, name, path, reason) => {
    const server = await faulty(OK, { tls: true });
    const run = await ask(server, [], { env: { [name]: path } });
    expectRow({ code: 2, stderr: [reason, new RegExp(`\\(${name}\\)`)], hits: 0 }, run, server);
    expect(run.stderr).toContain(path);
  });

  test("row 12: NODE_TLS_REJECT_UNAUTHORIZED=0 is one warning, each run, in our words", async () => {
    const server = await faulty(OK, { tls: true });
    for (let i = 0; i < 2; i++) {
      const run = await ask(server, [], { env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } });
      expect(run).toMatchObject({ code: 0, stdout: "ok" });
      expect(run.stderr).toMatch(/^warning: `NODE_TLS_REJECT_UNAUTHORIZED=0`: .*not checked.*\n$/);
    }
  });

  test("row 12: with a bearer token it is refused", async () => {
    const server = await faulty(OK, { tls: true });
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0", AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY };
    const run = await ask(server, [], { env });
    expectRow({ code: 2, stderr: [/^cbr: refusing to send a bearer token/m], hits: 0 }, run, server);
    expect(run.stderr).not.toContain(env.AWS_BEARER_TOKEN_BEDROCK);
  });
});

describe("endpoints", () => {
  test("row 20: each way to name one is honoured, a bearer token goes to loopback over http", async () => {
    const server = await faulty(OK);
    const env = { ...server.env, AWS_ENDPOINT_URL: undefined } as unknown as Record<string, string>;
    const byFlag = await ask({ env }, ["--endpoint-url", server.url]);
    expect(byFlag, byFlag.stderr).toMatchObject({ code: 0, stdout: "ok", stderr: "" });
    const byService = await ask({ env }, [], { env: { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: server.url } });
    expect(byService).toMatchObject({ code: 0, stdout: "ok", stderr: "" });
    const byToken = await ask(server, [], { env: { AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY } });
    expect(byToken, byToken.stderr).toMatchObject({ code: 0, stdout: "ok", stderr: "" });
  });

  // Linux takes 0.0.0.0 for this machine; its name does not say so.
  test("row 20: a bearer token never leaves over plain http", async () => {
    const server = await faulty(OK);
    const env = { AWS_ENDPOINT_URL: `http://0.0.0.0:${server.port}`, AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY };
    const run = await ask(server, [], { env });
    expectRow(
      {
        code: 2,
        stderr: [
          /^cbr: refusing to send a bearer token over plain HTTP \(endpoint from AWS_ENDPOINT_URL\)$/m,
        ],
        hits: 0,
      },
      run,
      server,
    );
  });

  test.runIf(process.platform === "linux")(
    "row 20: an endpoint that is not AWS's is named once",
    async () => {
      const server = await faulty([{ status: 429, name: "ThrottlingException", times: 1 }, ...OK]);
      const url = `http://0.0.0.0:${server.port}`;
      const run = await ask(server, [], { env: { AWS_ENDPOINT_URL: url } });
      expect(run, run.stderr).toMatchObject({ code: 0, stdout: "ok" });
      expect(run.stderr.split(url)).toHaveLength(2);
      expect(run.stderr).toContain(`note: endpoint: ${url} (AWS_ENDPOINT_URL)\n`);
      const verbose = await ask(server, ["-v"], { env: { AWS_ENDPOINT_URL: url } });
      expect(verbose.stderr.split(url)).toHaveLength(2);
      expect(verbose.stderr).toContain(`note: endpoint: ${url} (AWS_ENDPOINT_URL)\n`);
      const silent = await ask(server, ["-q", "-v"], { env: { AWS_ENDPOINT_URL: url } });
      expect(silent.stderr).toContain(`endpoint: ${url}\n`);
    },
  );

  test.each([
    [["--endpoint-url", "not-a-url"], {}, /--endpoint-url/],
    [[], { AWS_ENDPOINT_URL: "not-a-url" }, /AWS_ENDPOINT_URL/],
    [[], { AWS_ENDPOINT_URL: "ftp://example.com" }, /AWS_ENDPOINT_URL/],
  ])("row 21: an endpoint that is no URL names where it was set: %j %j", async (args, env, source) => {
    const server = await faulty(OK);
    const run = await ask(server, args, { env });
    expectRow({ code: 2, stderr: [/^cbr: /m, source], hits: 0 }, run, server);
  });

  test.each(["evil.com/", "us east 1", "us-east-1.evil.com", "../x", "us-east-1@evil.com"])(
    "row 22: the region %j is refused, whoever named it",
    async (region) => {
      const server = await faulty(OK);
      const byFlag = await ask(server, ["--region", region]);
      expectRow({ code: 2, stderr: [/^cbr: .*region/m], hits: 0 }, byFlag, server);
      const byVariable = await ask(server, [], { env: { AWS_REGION: region } });
      expectRow({ code: 2, stderr: [/^cbr: .*AWS_REGION/m], hits: 0 }, byVariable, server);
    },
  );

  test("row 22: without a region the geo's first is taken and named", async () => {
    const server = await faulty(OK);
    const env = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };
    const run = await ask(server, ["-m", "opus-4.6", "--geo", "eu"], { env });
    expect(run, run.stderr).toMatchObject({ code: 0, stdout: "ok" });
    expect(run.stderr).toMatch(/^note: .*eu-/m);
  });
});
