// Each printed program is run as it is printed, against the mock, with its signature checked there.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "../../../src/core/claude.ts";
import { asProgram, type ProgramInput, type ProgramKind } from "../../../src/core/convert/programs.ts";
import { TEMPORARY_CREDENTIALS, TEST_API_KEY, TEST_CREDENTIALS } from "../../../src/mock/credentials.ts";
import { type RunningMock, startMock } from "../../../src/mock/server.ts";

const REPLY = "Bonjour, it's “me”";
const MODEL = "global.anthropic.claude-sonnet-4-5-20250929-v1:0";
const ROOT = join(import.meta.dirname, "../../..");

let mock: RunningMock;
let directory: string;

beforeAll(async () => {
  mock = await startMock({ script: [{ text: REPLY }] });
  // Inside the project, so that the TypeScript program finds the AWS SDK.
  directory = mkdtempSync(join(ROOT, "node_modules/.program-"));
});
afterAll(async () => {
  await mock.close();
  rmSync(directory, { recursive: true, force: true });
});

const PROMPT = 'say: it\'s "fine" $HOME `x` \\n \u2028 é 😀\nJSON';

function input(api: Api, stream: boolean, more: Partial<ProgramInput> = {}): ProgramInput {
  const model = encodeURIComponent(MODEL);
  const path = {
    invoke: `/model/${model}/${stream ? "invoke-with-response-stream" : "invoke"}`,
    converse: `/model/${model}/${stream ? "converse-stream" : "converse"}`,
    messages: "/anthropic/v1/messages",
    mantle: "/anthropic/v1/messages",
  }[api];
  const endpoint = api === "mantle" ? mock.mantleUrl : mock.url;
  const ids: Record<Api, string> = {
    invoke: MODEL,
    converse: MODEL,
    messages: "global.anthropic.claude-opus-4-8",
    mantle: "anthropic.claude-opus-4-8",
  };
  const messages = [{ role: "user", content: PROMPT }];
  const body = {
    invoke: { anthropic_version: "bedrock-2023-05-31", max_tokens: 64, messages },
    converse: {
      messages: [{ role: "user", content: [{ text: PROMPT }] }],
      inferenceConfig: { maxTokens: 64 },
    },
    messages: { model: ids.messages, max_tokens: 64, messages, stream },
    mantle: { model: ids.mantle, max_tokens: 64, messages, stream },
  }[api];
  return {
    url: `${endpoint}${path}`,
    region: "us-east-1",
    api,
    modelId: ids[api],
    headers: {
      "Content-Type": "application/json",
      ...(api === "messages" || api === "mantle" ? { "anthropic-version": "2023-06-01" } : {}),
      Authorization: "AWS4-HMAC-SHA256 Credential=REDACTED",
    },
    body,
    stream,
    endpoint,
    ...more,
  };
}

function has(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const TOOLS: Record<ProgramKind, boolean> = {
  curl: has("curl", "--aws-sigv4", "x", "--version"),
  aws: has("aws", "--version"),
  python: has("python3", "-c", "import boto3"),
  typescript: true,
};

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(kind: ProgramKind, program: string, env: Record<string, string> = {}): Promise<Outcome> {
  const file = join(directory, `${kind}-${Math.random().toString(36).slice(2)}.mts`);
  if (kind === "typescript") writeFileSync(file, program);
  const [command, args] = {
    curl: ["sh", ["-c", program]],
    aws: ["sh", ["-c", program]],
    python: ["python3", ["-c", program]],
    typescript: [process.execPath, ["--import", "tsx", file]],
  }[kind] as [string, string[]];
  const child = spawn(command, args, {
    cwd: kind === "typescript" ? directory : tmpdir(),
    env: {
      PATH: process.env["PATH"],
      HOME: directory,
      // pyenv's shims look for their versions in the real HOME.
      ...(process.env["PYENV_ROOT"] ? { PYENV_ROOT: process.env["PYENV_ROOT"] } : {}),
      ...(process.env["HOME"]
        ? { PYENV_ROOT: process.env["PYENV_ROOT"] ?? `${process.env["HOME"]}/.pyenv` }
        : {}),
      NO_PROXY: "127.0.0.1",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (data) => out.push(data));
  child.stderr.on("data", (data) => err.push(data));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

const TABLE: [ProgramKind, Api, boolean][] = [
  ["curl", "invoke", true],
  ["curl", "invoke", false],
  ["curl", "converse", false],
  ["curl", "messages", true],
  ["curl", "mantle", false],
  ["aws", "invoke", true],
  ["aws", "converse", false],
  ["python", "invoke", true],
  ["python", "invoke", false],
  ["python", "converse", true],
  ["python", "messages", true],
  ["python", "mantle", false],
  ["typescript", "invoke", true],
  ["typescript", "invoke", false],
  ["typescript", "converse", true],
  ["typescript", "messages", true],
  ["typescript", "mantle", false],
];

const BEARER_TABLE: [ProgramKind, Api][] = [
  ["curl", "invoke"],
  ["aws", "invoke"],
  ["python", "invoke"],
  ["python", "messages"],
  ["typescript", "invoke"],
  ["typescript", "messages"],
];

describe("programs run as printed", () => {
  for (const [kind, api, stream] of TABLE) {
    test.skipIf(!TOOLS[kind])(`${kind}, ${api}, ${stream ? "streaming" : "at once"}`, async () => {
      const before = mock.requests.length;
      const made = input(api, stream);
      const outcome = await run(kind, asProgram(kind, made));
      expect(`${outcome.code} ${outcome.stderr}`, outcome.stdout).toMatch(/^0 /);
      const request = mock.requests[before];
      expect(request?.status).toBe(200);
      expect(JSON.parse(String(request?.body))).toEqual(made.body);
      // curl shows a stream as it comes, the text in pieces, with AWS's own framing in base64.
      if (!(kind === "curl" && stream)) expect(readable(outcome.stdout)).toContain(REPLY);
      else expect(outcome.stdout.length).toBeGreaterThan(100);
    });
  }

  for (const [kind, api] of BEARER_TABLE) {
    test.skipIf(!TOOLS[kind])(`${kind}, ${api}, with a Bedrock API key`, async () => {
      const before = mock.requests.length;
      const made = input(api, false);
      const bearer = { ...made, headers: { ...made.headers, Authorization: "Bearer REDACTED" } };
      const outcome = await run(kind, asProgram(kind, bearer), {
        AWS_ACCESS_KEY_ID: "",
        AWS_SECRET_ACCESS_KEY: "",
        AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY,
      });
      expect(`${outcome.code} ${outcome.stderr}`, outcome.stdout).toMatch(/^0 /);
      expect(mock.requests[before]?.headers["authorization"]).toBe(`Bearer ${TEST_API_KEY}`);
      expect(readable(outcome.stdout)).toContain(REPLY);
    });
  }

  test.skipIf(!TOOLS.curl)("curl sends the session token of temporary credentials", async () => {
    const outcome = await run("curl", asProgram("curl", input("invoke", false)), {
      AWS_ACCESS_KEY_ID: TEMPORARY_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: TEMPORARY_CREDENTIALS.secretAccessKey,
      AWS_SESSION_TOKEN: TEMPORARY_CREDENTIALS.sessionToken ?? "",
    });
    expect(`${outcome.code} ${outcome.stderr}`, outcome.stdout).toMatch(/^0 /);
    expect(outcome.stdout).toContain(REPLY);
  });
});

/** Text and JSON alike as text. */
function readable(stdout: string): string {
  return stdout.replaceAll("\\u201c", "“").replaceAll("\\u201d", "”");
}

describe("what a program says", () => {
  test("no credential of the request is in it", () => {
    for (const kind of ["curl", "aws", "python", "typescript"] as const) {
      const program = asProgram(
        kind,
        input("invoke", true, { headers: { Authorization: "Bearer sk-secret" } }),
      );
      expect(program).not.toContain("sk-secret");
      if (kind === "curl") expect(program).toContain("Bearer $AWS_BEARER_TOKEN_BEDROCK");
    }
  });

  test("Bedrock's settings are in the words of each tool", () => {
    const made = input("invoke", false, {
      headers: {
        "X-Amzn-Bedrock-GuardrailIdentifier": "gr-1",
        "X-Amzn-Bedrock-GuardrailVersion": "2",
        "X-Amzn-Bedrock-Request-Metadata": '{"team":"a b"}',
      },
    });
    expect(asProgram("curl", made)).toContain("'x-amzn-bedrock-guardrailidentifier: gr-1'");
    expect(asProgram("aws", made)).toContain("--guardrail-identifier gr-1 --guardrail-version 2");
    expect(asProgram("python", made)).toContain('guardrailIdentifier="gr-1"');
    expect(asProgram("python", made)).toContain("X-Amzn-Bedrock-Request-Metadata");
    expect(asProgram("typescript", made)).toContain('requestMetadata: {"team":"a b"}');
  });

  test("the AWS CLI's version is told where it matters: with bytes in a Converse body", () => {
    const image = { image: { format: "png", source: { bytes: "aGk=" } } };
    const spoken = { text: 'say {"bytes": 1}' };
    const body = (block: object) => ({ body: { messages: [{ role: "user", content: [block] }] } });
    expect(asProgram("aws", input("converse", false, body(image)))).toMatch(/^# Version 1 of the AWS CLI/);
    expect(asProgram("aws", input("converse", false, body(spoken)))).toMatch(/^aws /);
  });

  test("the AWS CLI has no command for the Messages APIs", () => {
    expect(() => asProgram("aws", input("mantle", false))).toThrow(/no command for the API `mantle`/);
  });
});
