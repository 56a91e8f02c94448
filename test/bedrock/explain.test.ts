// Whatever is thrown becomes one sentence, one next step, one code.
import { connect } from "node:net";
import { AccessDeniedException, ThrottlingException } from "@aws-sdk/client-bedrock-runtime";
import { CredentialsProviderError } from "@smithy/core/config";
import { describe, expect, it } from "vitest";
import { explain } from "../../src/bedrock/explain.ts";
import { ForeignAnswer, StreamFault } from "../../src/bedrock/foreign-answer.ts";
import { CbrError } from "../../src/core/errors.ts";
import { ReplyFailure } from "../../src/core/reply-failure.ts";

const endpoint = "https://bedrock-runtime.us-east-1.amazonaws.com";

/** An exception as the SDK throws it: the response is hidden. */
function sdkError(error: Error, headers: Record<string, string> = {}, body?: unknown): Error {
  return Object.defineProperty(error, "$response", {
    value: { statusCode: 0, headers, body },
    enumerable: false,
  });
}

describe("what the service says", () => {
  it("keeps the service's words, name, status and request id", () => {
    const failure = explain(
      new AccessDeniedException({
        message: "You don't have access to the model with the specified model ID.",
        $metadata: { httpStatusCode: 403, requestId: "r-1" },
      }),
      { modelId: "global.anthropic.claude-opus-4-6-v1", region: "eu-west-1" },
    );
    expect(failure.code).toBe("model_access_denied");
    expect(failure.exitCode).toBe(4);
    expect(failure.message).toBe(
      "this account has no access to `global.anthropic.claude-opus-4-6-v1` in eu-west-1: You don't have access to the model with the specified model ID.",
    );
    expect(failure.aws).toEqual({ name: "AccessDeniedException", status: 403, requestId: "r-1" });
  });

  it("names an exception that no table has", () => {
    const strange = { name: "FooBarException", status: 400, message: "strange things" };
    expect(explain(strange).message).toBe("Bedrock refused the request (FooBarException): strange things");
    const known = { ...strange, name: "ValidationException" };
    expect(explain(known).message).toBe("Bedrock refused the request: strange things");
  });

  it("tells the status where nothing else was said", () => {
    expect(explain({ status: 418 }).message).toBe("Bedrock refused the request (HTTP 418)");
    expect(explain({ status: 599 }).message).toBe("Bedrock had an internal error (HTTP 599)");
    expect(explain({ status: 599, message: "oops" }).message).toBe("Bedrock had an internal error: oops");
  });

  it.each(["\u001f\u008b\u0000packed", Buffer.from([0x1f, 0x8b, 0xff, 0xfe, 0xfd, 0x41]).toString("utf8")])(
    "shows nothing of a body that is no text: %j",
    (text) => {
      const details = {
        headers: {},
        contentType: "",
        expected: "application/json",
        host: "gateway:443",
        text,
      };
      const refused = explain(new ForeignAnswer({ ...details, status: 403 }), {
        endpoint: "https://gateway",
      });
      expect(refused).toMatchObject({ code: "not_bedrock", exitCode: 7 });
      expect(refused.message).toBe(
        "HTTP 403 from gateway:443, and not in Bedrock's form: a proxy or another server answered",
      );
      expect(explain(new ForeignAnswer({ ...details, status: 200 })).message).toBe(
        "gateway:443 sent no content type where application/json was expected",
      );
    },
  );

  it("names who sent what is not HTTP, and may be asked again", () => {
    const error = Object.assign(new Error("Parse Error: Expected HTTP/"), { code: "HPE_INVALID_CONSTANT" });
    const failure = explain(error, { endpoint: "http://127.0.0.1:8080" });
    expect(failure).toMatchObject({ code: "network_error", exitCode: 7, retryable: true });
    expect(failure.message).toBe("what 127.0.0.1:8080 sent is not HTTP/1.1 (HPE_INVALID_CONSTANT)");
  });

  it("reads the message that the SDK does not find", () => {
    const body = Buffer.from('{"Message":"Bearer Token has expired"}');
    const error = Object.assign(new Error("UnknownError"), {
      name: "AccessDeniedException",
      $metadata: { httpStatusCode: 403 },
    });
    const failure = explain(sdkError(error, { "x-amzn-requestid": "r-2" }, body));
    expect(failure.code).toBe("api_key_expired");
    expect(failure.message).toContain("Bearer Token has expired");
    expect(failure.aws?.requestId).toBe("r-2");
  });

  it("never shows the SDK's word for not knowing", () => {
    const error = Object.assign(new Error("UnknownError"), {
      name: "Unknown",
      $metadata: { httpStatusCode: 500 },
    });
    const failure = explain(error);
    expect(failure.code).toBe("internal_server_error");
    expect(failure.message).not.toMatch(/unknown/i);
    expect(failure.aws).toEqual({ name: null, status: 500, requestId: null });
  });

  it.each([
    ["7", {}, 7],
    ["0.5", {}, 0.5],
    ["Fri, 20 Nov 2026 10:01:30 GMT", { date: "Fri, 20 Nov 2026 10:00:00 GMT" }, 90],
    ["soon", {}, null],
  ])("reads Retry-After %s", (value, more, seconds) => {
    const error = new ThrottlingException({ message: "slow", $metadata: { httpStatusCode: 429 } });
    expect(explain(sdkError(error, { "Retry-After": value, ...more })).retryAfter).toBe(seconds);
  });

  it("knows what may be asked again", () => {
    const isRetryable = (name: string, status: number, message = "") =>
      explain({ name, status, message }).retryable;
    expect(isRetryable("ThrottlingException", 429)).toBe(true);
    expect(isRetryable("ThrottlingException", 429, "Too many tokens per day, please wait")).toBe(false);
    expect(isRetryable("ModelTimeoutException", 408)).toBe(true);
    expect(isRetryable("ModelErrorException", 424)).toBe(true);
    expect(isRetryable("ValidationException", 400)).toBe(false);
    expect(isRetryable("ServiceQuotaExceededException", 400)).toBe(false);
    expect(isRetryable("ExpiredTokenException", 403)).toBe(false);
  });

  it("takes bodies of the Messages API, whole or as an event", () => {
    const body = {
      type: "error",
      error: { type: "overloaded_error", message: "Overloaded" },
      request_id: "req_1",
    };
    expect(explain(body).code).toBe("overloaded");
    expect(explain({ status: 529, body: JSON.stringify(body) }).aws?.status).toBe(529);
    const failure = explain(new ReplyFailure("overloaded_error", "Overloaded", "req_1"));
    expect(failure.code).toBe("overloaded");
    expect(failure.aws).toEqual({ name: "overloaded_error", status: null, requestId: "req_1" });
  });

  it("takes an error body that came with status 200", () => {
    expect(explain(new ReplyFailure("UnknownOperationException", "")).code).toBe("unsupported_operation");
  });
});

describe("inside a stream", () => {
  const exception = (name: string, message: string) =>
    Object.assign(new Error(message), { name, isStreamException: true });

  it.each([
    ["throttlingException", "throttled"],
    ["serviceUnavailableException", "service_unavailable"],
    ["internalServerException", "internal_server_error"],
  ])("a %s stays one under the words of any fault", (name, code) => {
    const words = "The system encountered an unexpected error during processing. Try your request again.";
    expect(explain(exception(name, words)).code).toBe(code);
  });

  it("is judged by its type before any content came", () => {
    expect(explain(exception("throttlingException", "slow down")).exitCode).toBe(6);
    expect(explain(exception("validationException", "no")).exitCode).toBe(5);
    expect(explain(exception("modelStreamErrorException", "broke")).exitCode).toBe(6);
    expect(explain(exception("internalServerException", "x")).aws).toEqual({
      name: "InternalServerException",
      status: 500,
      requestId: null,
    });
  });

  it("is an answer that did not finish once content came", () => {
    for (const name of [
      "throttlingException",
      "validationException",
      "modelStreamErrorException",
      "brandNewException",
    ]) {
      const failure = explain(exception(name, "the reason given"), { hasContent: true, partialText: "Hel" });
      expect(failure.code).toBe("stream_error");
      expect(failure.exitCode).toBe(8);
      expect(failure.message).toContain("the reason given");
      expect(failure.partialText).toBe("Hel");
      expect(failure.hint).toMatch(/\w/);
    }
  });

  it("unwraps JSON and shows an unknown type", () => {
    const failure = explain(exception("brandNewException", '{"message":"a new thing"}'));
    expect(failure.exitCode).toBe(7);
    expect(failure.message).toContain("brandNewException: a new thing");
  });

  it("tells damage, a cut and a reset apart", () => {
    const reset = Object.assign(new Error("aborted"), { code: "ECONNRESET" });
    expect(explain(new StreamFault("corrupt", "crc"), { hasContent: true }).code).toBe("stream_corrupt");
    expect(explain(new StreamFault("truncated", "cut"), { hasContent: true }).code).toBe("incomplete");
    expect(explain(reset, { hasContent: true }).code).toBe("incomplete");
    expect(explain(new StreamFault("corrupt", "crc")).exitCode).toBe(7);
    expect(explain(reset).code).toBe("connection_reset");
  });

  it("does not speak of an answer where none had begun", () => {
    const cut = new Error("Truncated event message received.");
    expect(explain(cut).code).toBe("stream_failed");
    expect(explain(cut).exitCode).toBe(7);
    expect(explain(cut, { hasContent: true }).code).toBe("stream_corrupt");
  });

  it("names the limit that ended it", () => {
    const timedOut = (kind: "connect" | "first-byte" | "idle" | "overall") => ({ kind, limit: 2000 });
    const abort = new Error("Request aborted");
    expect(explain(abort, { timedOut: timedOut("connect"), endpoint }).code).toBe("connect_timeout");
    expect(explain(abort, { timedOut: timedOut("first-byte"), endpoint }).code).toBe("first_byte_timeout");
    expect(explain(abort, { timedOut: timedOut("idle"), endpoint }).exitCode).toBe(7);
    expect(explain(abort, { timedOut: timedOut("overall"), endpoint }).code).toBe("timeout");
    expect(explain(abort, { timedOut: timedOut("idle"), hasContent: true }).code).toBe("stream_stalled");
    expect(explain(abort, { timedOut: timedOut("overall"), hasContent: true }).exitCode).toBe(8);
    expect(explain(abort, { timedOut: timedOut("idle"), endpoint }).message).toContain("2 s");
  });
});

describe("the network", () => {
  const nodeError = (code: string, message: string, more = {}) =>
    Object.assign(new Error(message), { code, ...more });

  it.each([
    [
      "ENOTFOUND",
      "getaddrinfo ENOTFOUND bedrock-runtime.us-east-99.amazonaws.com",
      "dns_failed",
      "bedrock-runtime.us-east-99.amazonaws.com",
    ],
    ["EAI_AGAIN", "getaddrinfo EAI_AGAIN x.test", "dns_failed", "x.test"],
    [
      "ECONNREFUSED",
      "connect ECONNREFUSED 10.0.0.1:443",
      "connection_refused",
      "bedrock-runtime.us-east-1.amazonaws.com:443",
    ],
    [
      "ETIMEDOUT",
      "connect ETIMEDOUT 10.0.0.1:443",
      "connect_timeout",
      "bedrock-runtime.us-east-1.amazonaws.com:443",
    ],
    ["ECONNRESET", "socket hang up", "connection_reset", "bedrock-runtime.us-east-1.amazonaws.com:443"],
    ["EPIPE", "write EPIPE", "connection_reset", "bedrock"],
    ["EHOSTUNREACH", "connect EHOSTUNREACH 10.0.0.1:443", "network_error", "EHOSTUNREACH"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate", "tls_untrusted", "bedrock-runtime"],
    [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "self-signed certificate in certificate chain",
      "tls_untrusted",
      "bedrock-runtime",
    ],
    [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "unable to verify the first certificate",
      "tls_untrusted",
      "bedrock-runtime",
    ],
    ["CERT_HAS_EXPIRED", "certificate has expired", "tls_failed", "bedrock-runtime"],
    [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "Hostname/IP does not match certificate's altnames",
      "tls_failed",
      "another host name",
    ],
    ["EPROTO", "write EPROTO 00:error:SSL routines:wrong version number", "tls_failed", "TLS"],
  ])("%s", (code, message, expected, named) => {
    const failure = explain(nodeError(code, message), { endpoint });
    expect(failure.code).toBe(expected);
    expect(failure.exitCode).toBe(7);
    expect(failure.message).toContain(named);
    expect(failure.message).toContain(code);
  });

  it("does not ask again where a certificate is wrong", () => {
    expect(explain(nodeError("SELF_SIGNED_CERT_IN_CHAIN", "x")).retryable).toBe(false);
    expect(explain(nodeError("ECONNREFUSED", "x")).retryable).toBe(true);
  });

  it("never suggests switching verification off", () => {
    expect(explain(nodeError("SELF_SIGNED_CERT_IN_CHAIN", "x")).hint).not.toMatch(
      /REJECT_UNAUTHORIZED|insecure/i,
    );
  });

  it("looks into what several tries at one host gave, and into causes", () => {
    const many = new AggregateError([nodeError("ECONNREFUSED", "connect ECONNREFUSED ::1:9")], "");
    expect(explain(many).code).toBe("connection_refused");
    expect(explain(new TypeError("fetch failed", { cause: many })).code).toBe("connection_refused");
  });

  it("names the proxy, and never its password", () => {
    const refused = nodeError("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:3128", {
      syscall: "connect",
      address: "127.0.0.1",
      port: 3128,
    });
    const failure = explain(refused, { endpoint, proxy: "http://user:hunter2secret@proxy.corp:3128" });
    expect(failure.code).toBe("proxy_failed");
    expect(failure.message).toContain("proxy.corp:3128");
    expect(failure.message).not.toContain("hunter2secret");
  });

  it("understands a real refusal by Node", async () => {
    const error = await new Promise((resolve) => connect(1, "127.0.0.1").on("error", resolve));
    expect(explain(error).message).toBe("connection refused by 127.0.0.1:1 (ECONNREFUSED)");
  });
});

describe("answers that are not Bedrock's", () => {
  const foreign = (status: number, contentType: string, text: string, headers = {}) =>
    explain(
      new ForeignAnswer({
        status,
        contentType,
        text,
        headers,
        expected: "application/json",
        host: "bedrock.test:443",
      }),
      { endpoint: "https://bedrock.test" },
    );

  it("shows what a proxy's page says, without its tags", () => {
    const failure = foreign(
      502,
      "text/html",
      "<html><head><style>p{}</style><title>Bad Gateway</title></head><body><h1>x</h1>",
    );
    expect(failure.exitCode).toBe(6);
    expect(failure.retryable).toBe(true);
    expect(failure.message).toContain("HTTP 502 from bedrock.test:443");
    expect(failure.message).toMatch(/: Bad Gateway$/);
  });

  it("does not take a 403 page for a denial by AWS", () => {
    const failure = foreign(403, "text/html", "<h1>Blocked by policy</h1>");
    expect(failure.code).toBe("not_bedrock");
    expect(failure.retryable).toBe(false);
  });

  it("judges an empty body by its status", () => {
    expect(foreign(413, "", "").code).toBe("request_too_large");
    expect(foreign(500, "", "").code).toBe("internal_server_error");
    expect(foreign(407, "", "").code).toBe("proxy_failed");
  });

  it("names where a redirect would have gone, without what the URL holds", () => {
    const failure = foreign(301, "", "", { location: "https://user:pw@evil.test/x?token=1" });
    expect(failure.code).toBe("redirected");
    expect(failure.message).toContain("evil.test:443");
    expect(failure.message).not.toMatch(/pw|token/);
  });

  it("names the content type of a 200 that is no answer", () => {
    const failure = foreign(200, "text/html", "<h1>Welcome</h1>");
    expect(failure.code).toBe("not_bedrock");
    expect(failure.exitCode).toBe(7);
    expect(failure.message).toContain("text/html");
  });
});

describe("before anything was sent", () => {
  const provider = (message: string) => new CredentialsProviderError(message);

  it("names the profile whose session has expired", () => {
    const failure = explain(
      provider(
        "Token is expired. To refresh this SSO session run 'aws sso login' with the corresponding profile.",
      ),
      { profile: "dev" },
    );
    expect(failure.code).toBe("sso_expired");
    expect(failure.message).toBe("there is no valid SSO session for profile `dev`");
    expect(failure.hint).toBe("run `aws sso login --profile dev`");
    expect(failure.aws).toBeNull();
  });

  it("shows of a failed credential process only its name", () => {
    const error = provider(
      "Command failed: /opt/bin/vault-helper --token s3cretvalue\nfatal: s3cretvalue is wrong\n",
    );
    const failure = explain(error, { profile: "dev" });
    expect(failure.message).toBe("the credential process `vault-helper` (profile `dev`) failed");
    expect(failure.cause).toBeUndefined();
  });

  it.each([
    ["Profile dev credential_process returned invalid JSON.", "credential_process_failed"],
    ["Profile dev credential_process returned expired credentials.", "credential_process_failed"],
    ["Value not present for 'clientId' in SSO Token. Cannot refresh", "sso_expired"],
    ["Sso session 'corp' could not be found in shared credentials file.", "sso_not_configured"],
    ["Unsupported credential source in profile dev. Got X, expected EcsContainer", "profile_incomplete"],
    ["Profile dev could not be found in shared credentials file.", "profile_not_found"],
    ["Unable to connect to instance metadata service", "credentials_service_failed"],
    ["a wording of tomorrow", "no_credentials"],
  ])("%s", (message, code) => {
    const failure = explain(provider(message));
    expect(failure.code).toBe(code);
    expect(failure.exitCode).toBe(4);
  });

  it("finds the network under a provider that could not reach its service", () => {
    const cause = Object.assign(new Error("getaddrinfo ENOTFOUND portal.sso.eu-west-1.amazonaws.com"), {
      code: "ENOTFOUND",
    });
    const failure = explain(Object.assign(provider("could not refresh"), { cause }), { endpoint });
    expect(failure.code).toBe("dns_failed");
    expect(failure.message).toContain("portal.sso.eu-west-1.amazonaws.com");
  });
});

describe("what is nobody's", () => {
  it("lets a CbrError through as it is", () => {
    const error = new CbrError("geo_guard", { message: "x" });
    expect(explain(error)).toBe(error);
    expect(explain(error, { hasContent: true })).toBe(error);
  });

  it("calls a mistake of this program by its name", () => {
    expect(explain(new TypeError("x is not a function")).code).toBe("internal_error");
  });

  it.each([undefined, null, 3, "text", {}, [], new Error(""), Object.create(null)])(
    "survives %j",
    (thrown) => {
      expect(explain(thrown)).toBeInstanceOf(CbrError);
      expect(explain(thrown, { hasContent: true }).exitCode).toBe(8);
    },
  );
});
