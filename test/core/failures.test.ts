// Every failure of the catalogue is recognised, from the exception as the service sends it and from its bare text.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../src/core/error-codes.ts";
import { lookUp } from "../../src/core/failures/lookup.ts";
import { readFailure } from "../../src/core/failures/read.ts";
import { PATTERNS, recognise } from "../../src/core/failures/recognise.ts";

interface Row {
  name: string;
  status: number | null;
  message: string;
  code: string;
  exit: number;
  retryable: boolean;
}

const rows: Row[] = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/errors.json"), "utf8"));

describe("the catalogue of failures", () => {
  it("has all 155 rows", () => expect(rows).toHaveLength(155));

  it.each(rows)("$status $name: $message", (row) => {
    const { message } = readFailure(row.message);
    const finding = recognise({ name: row.name, status: row.status, message });
    expect(finding?.code).toBe(row.code);
    expect(ERROR_CODES[finding!.code].exit).toBe(row.exit);
    expect(finding?.retryable).toBe(row.retryable);
    expect(finding?.hint).toMatch(/\w{2}/);
    expect(finding?.sentence).toMatch(/^(?!.*\.$)[^A-Z]|^(?:AWS|Bedrock|IAM|Claude|TLS|Anthropic)/);
  });

  it.each(rows)("from its text alone: $message", (row) => {
    expect(recognise(readFailure(row.message))?.code).toBe(row.code);
  });

  it.each(rows)("in other clothes: $message", (row) => {
    const message = readFailure(row.message)
      .message.replaceAll("'", "\u2019")
      .replaceAll(" ", "\n")
      .toLowerCase();
    // A profile's name and the like change with the case; what it is does not.
    expect(recognise({ name: row.name, status: row.status, message })?.code).toBe(row.code);
  });
});

describe("name and status come before wording", () => {
  it("does not take a quotation inside a refused request for throttling", () => {
    const message = "tools.0.description: Too many requests, please wait before trying again.";
    expect(recognise({ name: "ValidationException", status: 400, message })?.code).toBe("validation");
  });

  it("does not take too many tokens a minute for a prompt that is too long", () => {
    const message = "Too many tokens, please wait before trying again.";
    expect(recognise({ name: "ThrottlingException", status: 429, message })?.code).toBe("throttled");
    expect(recognise({ name: "throttlingException", status: null, message })?.code).toBe("throttled");
    expect(recognise({ name: "ThrottlingException", status: 400, message })?.code).toBe("throttled");
  });

  it("keeps the kind where the wording is new", () => {
    const message = "something nobody has seen before";
    const codeOf = (name: string | null, status: number | null) => recognise({ name, status, message })?.code;
    expect(codeOf("ValidationException", 400)).toBe("validation");
    expect(codeOf("AccessDeniedException", 403)).toBe("access_denied");
    expect(codeOf(null, 401)).toBe("access_denied");
    expect(codeOf("ResourceNotFoundException", 404)).toBe("resource_not_found");
    expect(codeOf(null, 413)).toBe("request_too_large");
    expect(codeOf(null, 418)).toBe("validation");
    expect(codeOf("BrandNewException", 429)).toBe("throttled");
    expect(codeOf(null, 408)).toBe("model_timeout");
    expect(codeOf(null, 424)).toBe("model_error");
    expect(codeOf(null, 500)).toBe("internal_server_error");
    expect(codeOf(null, 503)).toBe("service_unavailable");
    expect(codeOf(null, 529)).toBe("overloaded");
    expect(codeOf("com.amazon.coral#ExpiredTokenException:http://x/", 403)).toBe("credentials_expired");
    expect(codeOf("BrandNewException", null)).toBeUndefined();
  });
});

describe("what was in play is named", () => {
  const facts = { modelId: "eu.anthropic.claude-sonnet-4-6", region: "eu-west-1", profile: "work" };

  it("names model, region and profile where access is missing", () => {
    const message = "You don't have access to the model with the specified model ID.";
    const finding = recognise({ name: "AccessDeniedException", status: 403, message }, facts);
    expect(finding?.sentence).toBe(
      "this account has no access to `eu.anthropic.claude-sonnet-4-6` in eu-west-1 (profile `work`)",
    );
    expect(finding?.hint).toContain("cbr models check eu.anthropic.claude-sonnet-4-6");
  });

  it("names the destination region that an organization's policy denies", () => {
    const message =
      "User: arn:aws:sts::111122223333:assumed-role/Dev/me is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:eu-south-2::foundation-model/anthropic.claude-sonnet-4-6 with an explicit deny in a service control policy";
    const finding = recognise({ name: "AccessDeniedException", status: 403, message }, facts);
    expect(finding?.code).toBe("scp_denied");
    expect(finding?.sentence).toContain("in eu-south-2, where `eu.anthropic.claude-sonnet-4-6` may route");
    expect(finding?.hint).toContain("eu-south-2");
  });

  it("says that global routing has no region", () => {
    const message =
      "User: me is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:::foundation-model/anthropic.claude-opus-4-6-v1 with an explicit deny in a service control policy";
    const finding = recognise({ name: "AccessDeniedException", status: 403, message });
    expect(finding?.sentence).toContain("for global routing");
    expect(finding?.hint).toContain("aws:RequestedRegion");
  });

  it("computes what is too much", () => {
    const tooLong = recognise({
      name: null,
      status: 400,
      message: "prompt is too long: 213551 tokens > 200000 maximum",
    });
    expect(tooLong?.hint).toContain("13551 tokens");
    const room =
      "input length and `max_tokens` exceed context limit: 195000 + 8192 > 200000, decrease input length";
    expect(recognise({ name: null, status: 400, message: room })?.hint).toContain("--max-tokens 5000");
  });

  it("says by how much the clock is off, and in which direction", () => {
    const slow =
      "Signature expired: 20260804T071520Z is now earlier than 20260804T072045Z (20260804T072545Z - 5 min.)";
    const fast =
      "Signature not yet current: 20260804T082545Z is still later than 20260804T073045Z (20260804T072545Z + 5 min.)";
    expect(recognise({ name: "InvalidSignatureException", status: 403, message: slow })?.sentence).toContain(
      "10 min behind",
    );
    expect(recognise({ name: "InvalidSignatureException", status: 403, message: fast })?.sentence).toContain(
      "60 min ahead",
    );
  });

  it("fits the next step to where expired credentials came from", () => {
    const failure = {
      name: "ExpiredTokenException",
      status: 403,
      message: "The security token included in the request is expired",
    };
    expect(recognise(failure, { credentialsSource: "sso", profile: "my dev" })?.hint).toBe(
      "run `aws sso login --profile 'my dev'`",
    );
    expect(recognise(failure, { credentialsSource: "login" })?.hint).toBe("run `aws login`");
    expect(recognise(failure, { credentialsSource: "environment" })?.hint).toContain("AWS_SESSION_TOKEN");
  });
});

describe("pasted text", () => {
  const codeOf = (text: string) => recognise(readFailure(text))?.code ?? readFailure(text).code;

  it.each([
    [
      "An error occurred (ThrottlingException) when calling the InvokeModel operation (reached max retries: 4): Too many tokens per day, please wait before trying again.",
      "daily_quota",
    ],
    [
      "An error occurred (AccessDeniedException) when calling the Converse operation: You don\u2019t have access to the model with the specified model ID.",
      "model_access_denied",
    ],
    ["An error occurred (403) when calling the X operation: Forbidden", "access_denied"],
    ["botocore.exceptions.NoCredentialsError: Unable to locate credentials", "no_credentials"],
    [
      "2026-11-20T10:00:00Z ERROR ValidationException: The provided model identifier is invalid.",
      "model_not_found",
    ],
    [
      "operation error Bedrock Runtime: InvokeModel, https response error StatusCode: 403, RequestID: 0d6c, AccessDeniedException: no",
      "access_denied",
    ],
    [`Error code: 429 - {'message': 'Too many requests, please wait before trying again.'}`, "throttled"],
    [
      `400 {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}}`,
      "prompt_too_long",
    ],
    [
      `{"errorCode":"AccessDenied","errorMessage":"User: x is not authorized to perform: bedrock:ApplyGuardrail"}`,
      "guardrail_denied",
    ],
    [`{"throttlingException":{"message":"slow down"}}`, "throttled"],
    [`{"__type":"com.amazon.coral.service#ExpiredTokenException"}`, "credentials_expired"],
    [
      `{"type":"error","error":{"code":"session_busy","message":"the session is in use","hint":null,"exit_code":12}}`,
      "session_busy",
    ],
    [
      'one\n{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\nlast line',
      "overloaded",
    ],
    ["Error: connect ECONNREFUSED 127.0.0.1:8080", "connection_refused"],
    ["getaddrinfo EAI_AGAIN bedrock-runtime.us-east-1.amazonaws.com", "dns_failed"],
    ["Hostname/IP does not match certificate's altnames", "tls_failed"],
    [
      'botocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL: "https://bedrock-runtime.us-esat-1.amazonaws.com/"',
      "network_error",
    ],
    ["anthropic.APIConnectionError: Connection error.", "network_error"],
    ['Read timeout on endpoint URL: "https://bedrock-runtime.us-east-1.amazonaws.com/"', "network_error"],
    ['Connect timeout on endpoint URL: "https://bedrock.us-east-1.amazonaws.com/"', "connect_timeout"],
    ['Failed to connect to proxy URL: "http://proxy:8080"', "proxy_failed"],
    ["Error loading SSO Token: Token for work does not exist", "sso_expired"],
    ["Provided region_name 'us_east' doesn't match a supported format.", "region_invalid"],
    ["HTTP/1.1 529", "overloaded"],
    ["throttled", "throttled"],
    ["ThrottlingException", "throttled"],
    ["503", "service_unavailable"],
    ["413", "request_too_large"],
  ])("%s", (text, code) => expect(codeOf(text)).toBe(code));

  it.each(["", "hello world", "the quick brown timeout", "200", "{}", "[1,2", "null", "TimeoutError"])(
    "does not guess at %j",
    (text) => expect(codeOf(text)).toBeUndefined(),
  );

  it("finds the last error of a long log, whatever else the log says", () => {
    const calm = "2026-11-20 INFO request 200 in 12 ms\n".repeat(30_000);
    const early =
      "An error occurred (ValidationException) when calling the InvokeModel operation: Invalid API version\n";
    const late =
      "An error occurred (ThrottlingException) when calling the InvokeModel operation: Too many tokens per day\n";
    expect(lookUp(early + calm + late + "worker terminated\n".repeat(3))?.code).toBe("daily_quota");
    expect(lookUp(`${calm}Unable to locate credentials\n`)?.code).toBe("no_credentials");
    expect(lookUp(calm)).toBeNull();
  });

  // Each of these made some pattern try again from every character: minutes instead of milliseconds.
  it.each(["a", "a.", "_", "1", "messages.1.content.", "tools.0.", "model ", "credential_process "])(
    "does not stumble over two million characters of %j",
    { timeout: 5000 },
    (piece) => {
      const text = piece.repeat(2_000_000 / piece.length);
      expect(lookUp(text)).toBeNull();
      expect(recognise({ name: null, status: 400, message: text })?.code).toBe("validation");
    },
  );

  it("survives hostile JSON", () => {
    const deep = `${'{"error":'.repeat(5000)}1${"}".repeat(5000)}`;
    expect(codeOf(deep)).toBeUndefined();
    expect(codeOf('{"__proto__":{"message":"x"},"message":{"message":3}}')).toBeUndefined();
  });
});

describe("the table", () => {
  it("has a next step for everything that a service reports", () => {
    const codes = PATTERNS.filter(({ kinds }) => kinds.some((kind) => kind !== "client")).map(
      ({ code }) => code,
    );
    for (const code of new Set(codes)) expect(ERROR_CODES[code].fix, code).toMatch(/\w/);
  });

  it("defines no code twice", () => {
    const folder = join(import.meta.dirname, "../../src/core/failures");
    const texts = readdirSync(folder)
      .filter((name) => name.endsWith("-codes.ts"))
      .map((name) => readFileSync(join(folder, name), "utf8"));
    const defined = texts.flatMap((text) =>
      [...text.matchAll(/^ {2}(\w+): row\(/gm)].map(([, code]) => code),
    );
    expect(defined.sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });

  it("is written as sentences that an error line can hold", () => {
    for (const [code, row] of Object.entries(ERROR_CODES)) {
      expect(code).toMatch(/^[a-z][a-z0-9_]*$/);
      for (const part of [row.message, row.cause, row.fix ?? "x"]) {
        expect(part, code).not.toMatch(/\.$|\n| {2}/);
        expect(part, code).not.toBe("");
      }
    }
  });
});
