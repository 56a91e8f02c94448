// What an HTTP status means before the stream: asked again where that can help, explained where it cannot, and never
// more requests than the user allowed.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TEST_CREDENTIALS } from "../../../src/mock/credentials.ts";
import type { ScriptEntry } from "../../../src/mock/script.ts";
import { freshHome } from "../../support/cbr.ts";
import { ask, checkRow, expectRow, type FaultRow, faulty } from "../../support/fault-rows.ts";

const error = (status: number, name: string, message = "as the service says"): ScriptEntry => ({
  status,
  name,
  message,
});
const once = (entry: ScriptEntry): ScriptEntry[] => [{ ...entry, times: 1 }, { text: "ok" }];
const said = /as the service says/;

const ROWS: FaultRow[] = [
  {
    title: "row 24: throttled for ever is as many requests as were allowed, and notices in between",
    script: [error(429, "ThrottlingException")],
    code: 6,
    stderr: [
      /^note: throttled, retrying in [\d.]+ (ms|s) \(2\/3\)$/m,
      /^note: throttled, retrying in [\d.]+ (ms|s) \(3\/3\)$/m,
      /^cbr: .*throttl.*: as the service says$/m,
      /^request id: /m,
      /^hint: .*quota/im,
    ],
    hits: 3,
  },
  {
    title: "row 24: --max-attempts is the number of requests",
    script: [error(429, "ThrottlingException")],
    args: ["--max-attempts", "1"],
    code: 6,
    stderr: [said],
  },
  {
    title: "row 24: AWS_MAX_ATTEMPTS is too",
    script: [error(429, "ThrottlingException")],
    env: { AWS_MAX_ATTEMPTS: "2" },
    code: 6,
    stderr: [said],
    hits: 2,
  },
  {
    title: "row 25: throttled once, then an answer",
    script: once(error(429, "ThrottlingException")),
    code: 0,
    stdout: "ok",
    stderr: [/^note: throttled, retrying in .*\(2\/3\)\n$/],
    hits: 2,
  },
  {
    title: "row 26: Retry-After is honoured",
    script: once({ ...error(429, "ThrottlingException"), headers: { "retry-after": "2" } }),
    code: 0,
    stdout: "ok",
    stderr: [/^note: throttled, retrying in 2 s \(2\/3\)$/m],
    hits: 2,
  },
  {
    title: "row 26: a Retry-After beyond a minute is not waited for",
    script: once({ ...error(429, "ThrottlingException"), headers: { "retry-after": "61" } }),
    code: 6,
    stderr: [/^cbr: .*; retry after 61 s$/m],
  },
  {
    title: "row 26: a Retry-After beyond --timeout is not waited for",
    script: once({ ...error(503, "ServiceUnavailableException"), headers: { "retry-after": "30" } }),
    args: ["--timeout", "10"],
    code: 6,
    stderr: [/^cbr: .*; retry after 30 s$/m],
  },
  ...[500, 502, 503, 504].map((status) => ({
    title: `row 27: ${status} once is asked again`,
    script: once(error(status, status === 503 ? "ServiceUnavailableException" : "InternalServerException")),
    code: 0,
    stdout: "ok",
    stderr: [/^note: .*retrying in .*\(2\/3\)$/m],
    hits: 2,
  })),
  {
    title: "row 27: a service that stays away is 6",
    script: [error(503, "ServiceUnavailableException")],
    args: ["--max-attempts", "2"],
    code: 6,
    stderr: [said, /^hint: /m],
    hits: 2,
  },
  {
    title: "row 28: a page with 502 is a proxy's, asked again, and its text is shown without its controls",
    script: [
      { fault: "http-html", status: 502, body: "<html><body><h1>Bad \u001b[31mgateway</h1></body></html>" },
    ],
    args: ["--max-attempts", "2"],
    code: 6,
    stderr: [/^cbr: HTTP 502 from 127\.0\.0\.1:\d+, .*not in Bedrock's form.*: Bad \u241b\[31mgateway$/m],
    hits: 2,
  },
  {
    title: "row 28: a page with 403 is not asked again",
    script: [{ fault: "http-html", status: 403 }],
    code: 7,
    stderr: [/^cbr: HTTP 403 from 127\.0\.0\.1:\d+, .*: Bad gateway$/m, /^hint: /m],
  },
  {
    title: "row 29: 413 without a word is a request too large",
    script: [{ fault: "http-empty", status: 413 }],
    code: 3,
    stderr: [/^cbr: .*too large/m, /^hint: /m],
  },
  {
    title: "row 29: 500 without a word",
    script: [{ fault: "http-empty", status: 500 }],
    args: ["--max-attempts", "1"],
    code: 6,
    stderr: [/^cbr: .*internal error|^cbr: .*not in Bedrock's form/m],
  },
  {
    title: "row 30: a validation error is the service's own words, once",
    script: [error(400, "ValidationException", "messages.0: too \u001b]0;odd\u0007")],
    code: 5,
    stderr: [/^cbr: .*messages\.0: too ␛\]0;odd/m, /^request id: /m, /^hint: /m],
  },
  {
    title: "row 31: too long a prompt is an input error with both numbers",
    script: [error(400, "ValidationException", "prompt is too long: 214522 tokens > 200000 maximum")],
    code: 3,
    stderr: [/214522 tokens > 200000 maximum/, /^hint: /m],
  },
  {
    title: "row 32: a model that needs an inference profile",
    script: [
      error(
        400,
        "ValidationException",
        "Invocation of model ID anthropic.claude-opus-4-6-v1 with on-demand throughput isn\u2019t supported. Retry your request with the ID or ARN of an inference profile that contains this model.",
      ),
    ],
    args: ["-m", "anthropic.claude-opus-4-6-v1", "--geo", "none", "--no-check"],
    code: 5,
    stderr: [/^hint: .*(global|us)\b/m],
  },
  {
    title: "row 33: access denied names what is missing",
    script: [
      error(
        403,
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/me is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1 because no identity-based policy allows the bedrock:InvokeModelWithResponseStream action",
      ),
    ],
    args: ["-m", "opus-4.6"],
    code: 4,
    stderr: [/bedrock:InvokeModelWithResponseStream/, /opus-4-6/, /us-east-1/, /^hint: /m],
  },
  {
    title: "row 34: keys that have expired cannot be read again",
    script: [error(403, "ExpiredTokenException", "The security token included in the request is expired")],
    code: 4,
    stderr: [/expired/, /^hint: /m],
  },
  {
    title: "row 35: a clock that is an hour slow is corrected, and -v says so",
    script: [{ text: "ok", skew: 3600 }],
    args: ["-v"],
    code: 0,
    stdout: "ok",
    stderr: [/the clock is off by 3[56]\d\d s/],
    hits: 2,
  },
  ...["converse", "invoke"].map((api) => ({
    title: `row 35: a clock that is an hour fast is corrected in ${api}`,
    script: [{ text: "ok", skew: -3600 }],
    args: ["--api", api],
    code: 0,
    stdout: "ok",
    hits: 2,
    stderr: [/^$/],
  })),
  {
    title: "row 36: a rejected signature without a date blames the clock",
    script: [{ ...error(403, "InvalidSignatureException", "Signature expired"), headers: { date: null } }],
    code: 4,
    stderr: [/^cbr: .*Signature expired/m, /clock/],
  },
  {
    title: "row 36: a garbled date is no date",
    script: [{ ...error(403, "InvalidSignatureException", "Signature expired"), headers: { date: "soon" } }],
    code: 4,
    stderr: [/clock/],
  },
  {
    title: "row 37: a model that the service does not know",
    script: [error(404, "ResourceNotFoundException", "Could not resolve the foundation model")],
    code: 5,
    stderr: [/Could not resolve the foundation model/, /^hint: /m],
  },
  {
    title: "row 38: a model that ran out of time is asked once more",
    script: [error(408, "ModelTimeoutException")],
    args: ["--max-attempts", "5"],
    code: 6,
    stderr: [said],
    hits: 2,
  },
  {
    title: "row 39: a model that failed is asked once more",
    script: [
      {
        ...error(424, "ModelErrorException"),
        body: { message: "as the service says", originalStatusCode: 503, resourceName: "x" },
      },
    ],
    args: ["--max-attempts", "5"],
    code: 6,
    stderr: [said, /503/],
    hits: 2,
  },
  ...[
    { error: "as the service says" },
    { detail: "as the service says" },
    { message: { why: "as the service says" } },
  ].map(
    (body): FaultRow => ({
      title: `the words of a gateway are kept: ${JSON.stringify(body)}`,
      script: [{ ...error(403, "Forbidden"), body }],
      code: 4,
      stderr: [said],
    }),
  ),
  {
    title: "row 40: a model that is warming up is asked as often as allowed",
    script: [error(429, "ModelNotReadyException")],
    code: 6,
    stderr: [/warming up/],
    hits: 3,
  },
  {
    title: "row 41: a quota that is used up is not asked again",
    script: [error(400, "ServiceQuotaExceededException")],
    code: 6,
    stderr: [said, /quota/],
  },
  {
    title: "row 41: a daily quota is not asked again",
    script: [error(429, "ThrottlingException", "Too many tokens per day, please wait before trying again.")],
    code: 6,
    stderr: [/Too many tokens per day/, /daily|a day/],
  },
  {
    title: "row 42: a page with 200 is not an answer",
    script: [{ fault: "html-200" }],
    code: 7,
    stderr: [/text\/html/, /^hint: .*proxy/m],
  },
  {
    title: "row 42: some JSON with 200 is not an answer",
    script: [{ fault: "json-200" }],
    code: 7,
    stderr: [/application\/json/],
  },
];

test.each(ROWS)("$title", async (row) => {
  await checkRow(row);
});

describe.each([
  ["converse", "opus-4.6"],
  ["messages", "sonnet-5"],
  ["mantle", "haiku-4.5"],
])("%s", (api, model) => {
  test.each<FaultRow>([
    {
      title: "row 24: throttled for ever is as many requests as were allowed",
      script: [error(429, "ThrottlingException")],
      args: ["--max-attempts", "2"],
      code: 6,
      stderr: [said],
      hits: 2,
    },
    {
      title: "row 42: a page with 200 is not an answer",
      script: [{ fault: "html-200" }],
      code: 7,
      stderr: [/text\/html/],
    },
    {
      title: "row 28: a page with 502, without a stream",
      script: [{ fault: "http-html", status: 502 }],
      args: ["--max-attempts", "1", "--no-stream"],
      code: 6,
      stderr: [/^cbr: HTTP 502 from/m],
    },
  ])("$title", async (row) => {
    await checkRow(row, ["--api", api, "-m", model]);
  });
});

test("row 34: credentials that can be read again are, once", async () => {
  const server = await faulty([
    {
      ...error(403, "ExpiredTokenException", "The security token included in the request is expired"),
      times: 1,
    },
    { text: "ok" },
  ]);
  const home = freshHome();
  const log = join(home, "calls");
  const program = join(home, "credentials.sh");
  const { accessKeyId, secretAccessKey } = TEST_CREDENTIALS;
  const answer = JSON.stringify({ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey });
  writeFileSync(program, `#!/bin/sh\necho call >> ${log}\necho '${answer}'\n`);
  chmodSync(program, 0o755);
  mkdirSync(join(home, ".aws"));
  writeFileSync(join(home, ".aws/config"), `[profile work]\ncredential_process = ${program}\n`);
  const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
  const run = await ask(server, ["--profile", "work"], { home, env });
  expectRow({ code: 0, stdout: "ok", hits: 2 }, run, server);
  expect(readFileSync(log, "utf8")).toBe("call\ncall\n");
});
