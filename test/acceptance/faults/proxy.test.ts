// Every request goes through the user's proxy, and none that the user excepted; a proxy that fails is named as the
// culprit, without its password.
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { cbr } from "../../support/cbr.ts";
import { ask, expectRow, faulty } from "../../support/fault-rows.ts";
import { startProxy, startSilentListener } from "../../support/fault-server.ts";

const OK = [{ text: "ok" }];
const SECRET = "open-sesame-4711";

async function proxy(options?: Parameters<typeof startProxy>[0]): ReturnType<typeof startProxy> {
  const started = await startProxy(options);
  onTestFinished(() => started.close());
  return started;
}

/** A server behind TLS, an environment that trusts it and has no exceptions. */
async function behindTls() {
  const server = await faulty(OK, { tls: true });
  return { server, env: { NO_PROXY: undefined, AWS_CA_BUNDLE: server.caPath as string } };
}

test.each(["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])(
  "row 13: %s is tunnelled through, and nothing goes around it",
  async (name) => {
    const { server, env } = await behindTls();
    const { url, log } = await proxy();
    const run = await ask(server, [], { env: { ...env, [name]: url } });
    expectRow({ code: 0, stdout: "ok" }, run, server);
    expect(log).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
  },
);

test("row 13: a proxy without a scheme is HTTP", async () => {
  const { server, env } = await behindTls();
  const { url, log } = await proxy();
  const run = await ask(server, [], { env: { ...env, HTTPS_PROXY: url.replace("http://", "") } });
  expectRow({ code: 0, stdout: "ok" }, run, server);
  expect(log).toHaveLength(1);
});

test.each(["HTTP_PROXY", "http_proxy"])("row 13: %s is for plain http", async (name) => {
  const server = await faulty(OK);
  const { url, log } = await proxy();
  const run = await ask(server, [], {
    env: { NO_PROXY: undefined, [name]: url, HTTPS_PROXY: "http://127.0.0.1:1" },
  });
  expectRow({ code: 0, stdout: "ok" }, run, server);
  expect(log).toEqual([
    expect.stringMatching(new RegExp(`^POST http://127\\.0\\.0\\.1:${server.port}/model/`)),
  ]);
});

test("row 13: STS goes through it as well", async () => {
  const { server, env } = await behindTls();
  const { url, log } = await proxy();
  const run = await cbr(["whoami", "--json"], { env: { ...server.env, ...env, HTTPS_PROXY: url } });
  expect(run.code, run.stderr).toBe(0);
  expect(log).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
});

test("row 13: and so do the lists of the control plane", async () => {
  const { server, env } = await behindTls();
  const { url, log } = await proxy();
  const run = await cbr(["models", "list", "--json"], { env: { ...server.env, ...env, HTTPS_PROXY: url } });
  expect(run.code, run.stderr).toBe(0);
  expect(new Set(log)).toEqual(new Set([`CONNECT 127.0.0.1:${server.port}`]));
});

test("row 13: the user and password of the proxy go to the proxy alone", async () => {
  const { server, env } = await behindTls();
  const { url, headers } = await proxy();
  const withUser = url.replace("http://", `http://me:${SECRET}@`);
  const run = await ask(server, ["--debug"], { env: { ...env, HTTPS_PROXY: withUser } });
  expect(run, run.stderr).toMatchObject({ code: 0, stdout: "ok" });
  const credentials = `Basic ${Buffer.from(`me:${SECRET}`).toString("base64")}`;
  expect(headers[0]?.["proxy-authorization"]).toBe(credentials);
  expect(headers[0]?.["authorization"]).toBeUndefined();
  expect(JSON.stringify(server.requests.map((request) => request.headers))).not.toContain(
    "proxy-authorization",
  );
  expect(run.stderr).not.toContain(SECRET);
});

test.each(["127.0.0.1", "*", "example.com, 127.0.0.1", ".0.0.1", "*.0.0.1", "example.com 127.0.0.1"])(
  "row 14: NO_PROXY=%j is an exception",
  async (exceptions) => {
    const { server, env } = await behindTls();
    const { url, log } = await proxy();
    for (const name of ["NO_PROXY", "no_proxy"]) {
      const run = await ask(server, [], { env: { ...env, HTTPS_PROXY: url, [name]: exceptions } });
      expect(run, run.stderr).toMatchObject({ code: 0, stdout: "ok" });
    }
    expect(log).toEqual([]);
  },
);

test("row 14: an exception with a port holds for that port", async () => {
  const { server, env } = await behindTls();
  const { url, log } = await proxy();
  const other = await ask(server, [], { env: { ...env, HTTPS_PROXY: url, NO_PROXY: "127.0.0.1:1" } });
  expect(other.code).toBe(0);
  expect(log).toHaveLength(1);
  const same = await ask(server, [], {
    env: { ...env, HTTPS_PROXY: url, NO_PROXY: `127.0.0.1:${server.port}` },
  });
  expect(same.code).toBe(0);
  expect(log).toHaveLength(1);
});

test("row 14: a name that only ends alike is no exception", async () => {
  const { server, env } = await behindTls();
  const { url, log } = await proxy();
  const run = await ask(server, [], { env: { ...env, HTTPS_PROXY: url, NO_PROXY: "7.0.0.1, 0.1x" } });
  expect(run.code).toBe(0);
  expect(log).toHaveLength(1);
});

test("row 15: a proxy that wants a password is named without the one it got, and not asked again", async () => {
  const { server, env } = await behindTls();
  const { url, log } = await proxy({ refuse: 407 });
  const withUser = url.replace("http://", `http://me:${SECRET}@`);
  const run = await ask(server, ["--debug"], { env: { ...env, HTTPS_PROXY: withUser } });
  expectRow(
    { code: 7, stderr: [new RegExp(`^cbr: the proxy ${url} refused.*407`, "m"), /^hint: /m], hits: 0 },
    run,
    server,
  );
  expect(run.stderr).not.toContain(SECRET);
  expect(log).toHaveLength(1);
});

test("row 15: a proxy that refuses to connect is the culprit, not the account", async () => {
  const { server, env } = await behindTls();
  const { url, log } = await proxy({ refuse: 403 });
  const run = await ask(server, [], { env: { ...env, HTTPS_PROXY: url } });
  expectRow(
    {
      code: 7,
      stderr: [new RegExp(`^cbr: the proxy ${url} refused to connect.*403`, "m"), /^hint: /m],
      hits: 0,
    },
    run,
    server,
  );
  expect(log).toHaveLength(1);
});

test("row 15: the same in front of plain http", async () => {
  const server = await faulty(OK);
  const { url, log } = await proxy({ refuse: 407 });
  const run = await ask(server, [], { env: { NO_PROXY: undefined, HTTP_PROXY: url } });
  expectRow({ code: 7, stderr: [/^cbr: the proxy .* refused.*407/m], hits: 0 }, run, server);
  expect(log).toHaveLength(1);
});

test.each([
  ["HTTPS_PROXY", "https://bedrock.example.com"],
  ["HTTP_PROXY", "http://127.0.0.1:9"],
])("row 16: a proxy that is down is the culprit (%s)", async (name, endpoint) => {
  const server = await faulty(OK);
  const env = { NO_PROXY: undefined, [name]: `http://me:${SECRET}@127.0.0.1:1`, AWS_ENDPOINT_URL: endpoint };
  const run = await ask(server, [], { env });
  expectRow(
    {
      code: 7,
      stderr: [
        /^cbr: the proxy .*127\.0\.0\.1:1.* cannot be reached \(ECONNREFUSED\)$/m,
        new RegExp(`^hint: check .${name}. `, "m"),
      ],
      hits: 0,
    },
    run,
    server,
  );
  expect(run.stderr).not.toContain(SECRET);
});

test("row 16: so is one whose name does not exist", async () => {
  const { server, env } = await behindTls();
  const run = await ask(server, [], { env: { ...env, HTTPS_PROXY: "http://proxy.invalid:3128" } });
  expectRow({ code: 7, stderr: [/^cbr: the proxy .*proxy\.invalid:3128/m], hits: 0 }, run, server);
});

test("row 16: so is one that takes the connection and says nothing", async () => {
  const { server, env } = await behindTls();
  const silent = await startSilentListener();
  onTestFinished(() => silent.close());
  const args = ["--connect-timeout", "1", "--max-attempts", "1"];
  const run = await ask(server, args, { env: { ...env, HTTPS_PROXY: silent.url } });
  expectRow(
    { code: 7, stderr: [new RegExp(`^cbr: the proxy .*127\\.0\\.0\\.1:${silent.port}`, "m")], hits: 0 },
    run,
    server,
  );
});

test.each(["socks5://127.0.0.1:1", "http://["])(
  "row 16: a proxy that is none (%s) is a setting to correct",
  async (url) => {
    const { server, env } = await behindTls();
    const run = await ask(server, [], { env: { ...env, HTTPS_PROXY: url } });
    expectRow(
      { code: 7, stderr: [/^cbr: the proxy in `HTTPS_PROXY` is not /m, /^hint: /m], hits: 0 },
      run,
      server,
    );
  },
);

test("row 17: what leaves is HTTP/1.1, through a proxy and without", async () => {
  const lines: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (data) => {
      lines.push(String(data).split("\r\n")[0] as string);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const env = {
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "x",
    AWS_REGION: "us-east-1",
  };
  await ask({ env: { ...env, AWS_ENDPOINT_URL: url } }, ["--max-attempts", "1"]);
  await ask({ env: { ...env, HTTPS_PROXY: url } }, ["--max-attempts", "1"]);
  expect(lines).toEqual([
    expect.stringMatching(/^POST \/model\/.* HTTP\/1\.1$/),
    "CONNECT bedrock-runtime.us-east-1.amazonaws.com:443 HTTP/1.1",
  ]);
});

test.each([
  ["row 18: AWS_USE_DUALSTACK_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "bedrock-runtime.us-east-1.api.aws"],
  ["row 19: AWS_USE_FIPS_ENDPOINT", "AWS_USE_FIPS_ENDPOINT", "bedrock-runtime-fips.us-east-1.amazonaws.com"],
])("%s chooses the host, and -v names it", async (_title, name, host) => {
  const { server, env } = await behindTls();
  const { url, log } = await proxy({ refuse: 502 });
  const args = ["-v", "--max-attempts", "1"];
  const run = await ask(server, args, {
    env: { ...env, AWS_ENDPOINT_URL: undefined, HTTPS_PROXY: url, [name]: "true" },
  });
  expect(run.code).toBeGreaterThan(5);
  expect(log).toEqual([`CONNECT ${host}:443`]);
  expect(run.stderr).toContain(host);
});

test("row 19: a region without FIPS says so when the name does not resolve", async () => {
  const server = await faulty(OK);
  const env = { AWS_ENDPOINT_URL: undefined, AWS_USE_FIPS_ENDPOINT: "true" };
  const run = await ask(server, ["--region", "eu-west-1", "--max-attempts", "1"], { env });
  expect(run.code).toBe(7);
  expect(run.stderr).toMatch(/^hint: .*FIPS/m);
});
