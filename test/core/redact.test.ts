// Secrets of every kind, in every clothing they have been seen in, come out masked; prose comes out as it is.

import { describe, expect, it } from "vitest";
import { redact, secretsOf } from "../../src/core/redact.ts";
import fc from "../support/property.ts";

const SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1";
const SESSION_TOKEN = `IQoJb3JpZ2luX2VjEXAMPLE${"CanarySession0".repeat(8)}==`;
const LONG_KEY = `ABSK${Buffer.from("BedrockAPIKey-x-at-123456789012:canarysecretcanary").toString("base64")}`;
const SHORT_KEY = `bedrock-api-key-${Buffer.from("bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Signature=canary").toString("base64")}`;
const JWT = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlY2FuYXJ5";
const SIGNATURE = "fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024";
const FIRST_PARTY = "sk-ant-api03-canary-canary_canaryCANARY";

/** How a labelled secret appears in logs, headers, code and URLs. */
const labels: Record<string, string[]> = {
  [SECRET_KEY]: ["aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "secretAccessKey", "SecretAccessKey"],
  [SESSION_TOKEN]: [
    "aws_session_token",
    "AWS_SESSION_TOKEN",
    "sessionToken",
    "SessionToken",
    "X-Amz-Security-Token",
  ],
  [LONG_KEY]: ["AWS_BEARER_TOKEN_BEDROCK", "x-api-key", "X-Api-Key", "apiKey", "api_key"],
  "plain-canary-0123": [
    "accessToken",
    "refreshToken",
    "clientSecret",
    "access_token",
    "client_secret",
    "x-api-key",
    "password",
    "aws_session_token",
  ],
};

const framings: Record<string, (name: string, value: string) => string> = {
  assignment: (name, value) => `${name}=${value}`,
  "ini file": (name, value) => `${name} = ${value}`,
  header: (name, value) => `${name}: ${value}`,
  JSON: (name, value) => JSON.stringify({ a: 1, [name]: value, b: [2] }),
  "JSON in JSON": (name, value) => JSON.stringify({ body: JSON.stringify({ [name]: value }) }),
  inspected: (name, value) => `{ ${name}: '${value}', other: 1 }`,
  "raw headers": (name, value) => `[ 'host', 'x', '${name}', '${value}' ]`,
  "header list": (name, value) => `{ '${name}': [ '${value}' ] }`,
  query: (name, value) => `https://host/path?${name}=${encodeURIComponent(value)}&next=1`,
  XML: (name, value) => `<Credentials><${name}>${value}</${name}></Credentials>`,
};

describe("a secret with its name", () => {
  for (const [secret, names] of Object.entries(labels)) {
    for (const name of names) {
      for (const [framing, frame] of Object.entries(framings)) {
        if (framing === "XML" && !/^(?:Secret|Session)/.test(name)) continue;
        it(`${name} as ${framing}`, () => {
          const text = redact(frame(name, secret));
          expect(text).not.toContain(secret);
          expect(text).not.toContain(secret.slice(-12));
          expect(decodeURIComponent(text)).not.toContain(secret);
          expect(text).toContain("[redacted]");
        });
      }
    }
  }
});

describe("a secret that stands alone", () => {
  it.each([
    ["long-term API key", LONG_KEY],
    ["short-term API key", SHORT_KEY],
    ["first-party key", FIRST_PARTY],
    ["session token", SESSION_TOKEN],
    ["web identity token", JWT],
    ["secret access key", SECRET_KEY],
  ])("%s", (_kind, secret) => {
    for (const text of [secret, `it was ${secret}.`, `"${secret}"`, `(${secret})`, `key:${secret}\n`]) {
      expect(redact(text)).not.toContain(secret.slice(-16));
    }
  });

  it("keeps of an access key id the kind and the last four", () => {
    expect(redact("key AKIAIOSFODNN7EXAMPLE used")).toBe("key AKIA[redacted]MPLE used");
  });
});

describe("authorization", () => {
  it.each([
    `Bearer ${LONG_KEY}`,
    "Bearer canary",
    "bearer canary123",
    "Basic dXNlcjpjYW5hcnk=",
    "canary-without-a-scheme",
  ])("%s", (value) => {
    for (const name of ["authorization", "Authorization", "Proxy-Authorization"]) {
      for (const text of [`${name}: ${value}`, JSON.stringify({ [name]: value }), `'${name}': '${value}'`]) {
        expect(redact(text)).not.toMatch(/canary|dXNlcjpjYW5hcnk/);
      }
    }
  });

  it("masks what signs a request, and leaves what was signed", () => {
    const header = `Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261120/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=${SIGNATURE}`;
    const text = redact(header);
    expect(text).not.toContain(SIGNATURE);
    expect(text).not.toContain("IOSFODNN7");
    expect(text).toContain("SignedHeaders=host;x-amz-date");
    expect(text).toContain("us-east-1/bedrock");
  });

  it("masks a presigned URL", () => {
    const url = `https://h/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261120&X-Amz-Security-Token=${encodeURIComponent(SESSION_TOKEN)}&X-Amz-Signature=${SIGNATURE}&X-Amz-Date=20261120T000000Z`;
    const text = redact(url);
    expect(text).not.toMatch(/fe5f80f7|IOSFODNN|CanarySession/);
    expect(text).toContain("X-Amz-Date=20261120T000000Z");
  });
});

describe("URLs", () => {
  it.each([
    "http://user:canarypass@proxy.corp:3128",
    "http://user:c@nary:p@ss@proxy.corp:3128/",
    "https://canarytoken@host/path",
    "socks5://user:canary@host",
  ])("%s", (url) => {
    const text = redact(`via ${url} now`);
    expect(text).not.toMatch(/canary|c@nary|p@ss|user/);
    expect(text).toMatch(/@(?:proxy\.corp|host)/);
  });

  it("takes a password apart from a proxy variable, however it is written", () => {
    const secrets = secretsOf({
      HTTPS_PROXY: "user:canary/pass@proxy:1",
      http_proxy: "http://u:sec%20ret@h",
    });
    expect(secrets).toEqual(["canary/pass", "sec%20ret"]);
    expect(redact("tried user:canary/pass@proxy:1", secrets)).not.toContain("canary");
  });
});

describe("the secrets of this run", () => {
  it("are found in any form", () => {
    const known = secretsOf({
      AWS_SECRET_ACCESS_KEY: ' a"secret value/1 ',
      AWS_BEARER_TOKEN_BEDROCK: "line-one\nline-two",
    });
    for (const text of [
      'x a"secret value/1 y',
      `q=${encodeURIComponent('a"secret value/1')}`,
      JSON.stringify('a"secret value/1'),
      "line-one",
      "line-two!",
    ])
      expect(redact(text, known)).not.toMatch(/secret|line-/);
  });

  it("are found wherever they stand", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string({ minLength: 8, maxLength: 40 }),
        (before, after, noise) => {
          const secret = `K${noise.replace(/[^\x21-\x7e]/g, "x")}`;
          fc.pre(!"[redacted]".includes(secret));
          expect(redact(`${before}${secret}${after}`, [secret])).not.toContain(secret);
        },
      ),
    );
  });
});

describe("prose", () => {
  it.each([
    "Bearer Token has expired",
    "the proxy asks for basic authentication",
    "refusing to send a bearer token over plain HTTP",
    "Bedrock API keys are not allowed here: a policy denies CallWithBearerToken",
    "set `AWS_PROFILE`, run `aws configure` or `aws sso login`, or set `AWS_BEARER_TOKEN_BEDROCK`",
    "set both `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
    "unset `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`",
    "the credentials are incomplete: AWS_SECRET_ACCESS_KEY is missing",
    "User: arn:aws:sts::123456789012:assumed-role/Dev/me is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1",
    "request id 0d6c1c5e-5d4e-4c41-8f6c-3d7d2b0d9a11, commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    "see https://www.anthropic.com/supported-countries and mail me@example.com",
    "/usr/local/lib/node_modules/cbr/dist/chunk-ABCDEF12.js:12:34",
    "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter.",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.",
    "messages.3.content.1: Invalid `signature` in `thinking` block",
    "input_tokens: 1234, max_tokens: 8192",
  ])("%s", (text) => expect(redact(text)).toBe(text));

  it.each([
    "authorization: [redacted]",
    "Authorization: Bearer [redacted]",
    "x-amz-security-token: [redacted]",
    '{"api_key": "[redacted]"}',
  ])("leaves what is masked as it is: `%s`", (text) => {
    expect(redact(text)).toBe(text);
  });

  it("stays quick on long hostile text", () => {
    for (const piece of ["a-", "://", "Bearer ", "aB1/", "cookie:", "x-api-key", '\\"'])
      expect(redact(piece.repeat(100_000)).length).toBeGreaterThan(0);
  });
});
