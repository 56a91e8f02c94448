import { type Language, literal, PYTHON, stringLiteral } from "./literals.ts";
import type { Program } from "./programs.ts";

const WITH_BLOBS: Language = { ...PYTHON, blob: (base64) => `base64.b64decode(${stringLiteral(base64)})` };

/** A boto3 program; for the Messages APIs, which boto3 has no operation for, botocore's signer and urllib. */
export function pythonProgram(program: Program): string {
  if (program.api === "messages" || program.api === "mantle") return messagesProgram(program);
  return program.api === "converse" ? converseProgram(program) : invokeProgram(program);
}

function invokeProgram(program: Program): string {
  const { guardrail, trace, latency } = program;
  const parameters: [string, string][] = [
    ["modelId", stringLiteral(program.modelId)],
    ["contentType", '"application/json"'],
    ["accept", '"application/json"'],
    ...(guardrail === null
      ? []
      : ([
          ["guardrailIdentifier", stringLiteral(guardrail.id)],
          ["guardrailVersion", stringLiteral(guardrail.version)],
        ] as [string, string][])),
    ...(trace === null ? [] : [["trace", stringLiteral(trace)] as [string, string]]),
    ...(latency === null ? [] : [["performanceConfigLatency", stringLiteral(latency)] as [string, string]]),
    ["body", "json.dumps(body)"],
  ];
  const operation = program.stream ? "invoke_model_with_response_stream" : "invoke_model";
  const call = `response = client.${operation}(\n${parameters.map(([name, value]) => `    ${name}=${value},\n`).join("")})`;
  const print = program.stream
    ? `for event in response["body"]:
    data = json.loads(event["chunk"]["bytes"])
    if data.get("type") == "content_block_delta":
        print(data["delta"].get("text", ""), end="", flush=True)
print()`
    : `for block in json.loads(response["body"].read())["content"]:
    print(block.get("text", ""), end="")
print()`;
  const body = `body = ${literal(program.body, PYTHON)}`;
  return text(["import json", "", ...imports()], [client(program), body, call, print]);
}

function converseProgram(program: Program): string {
  const request = `request = ${literal({ modelId: program.modelId, ...program.body }, WITH_BLOBS)}`;
  const print = program.stream
    ? `for event in client.converse_stream(**request)["stream"]:
    delta = event.get("contentBlockDelta", {}).get("delta", {})
    print(delta.get("text", ""), end="", flush=True)
print()`
    : `for block in client.converse(**request)["output"]["message"]["content"]:
    print(block.get("text", ""), end="")
print()`;
  const head = request.includes("base64.b64decode(") ? ["import base64", "", ...imports()] : imports();
  return text(head, [client(program), request, print]);
}

function messagesProgram(program: Program): string {
  const auth = program.isBearer
    ? [
        `headers["Authorization"] = "Bearer " + os.environ["AWS_BEARER_TOKEN_BEDROCK"]`,
        "request = urllib.request.Request(url, data=data, headers=headers)",
      ].join("\n")
    : [
        'signed = AWSRequest(method="POST", url=url, data=data, headers=headers)',
        `SigV4Auth(boto3.Session().get_credentials(), ${stringLiteral(program.service)}, ${stringLiteral(program.region)}).add_auth(signed)`,
        "request = urllib.request.Request(url, data=data, headers=dict(signed.headers))",
      ].join("\n");
  const print = program.stream
    ? `with urllib.request.urlopen(request) as response:
    for line in response:
        if line.startswith(b"data: "):
            event = json.loads(line[6:])
            if event.get("type") == "content_block_delta":
                print(event["delta"].get("text", ""), end="", flush=True)
print()`
    : `with urllib.request.urlopen(request) as response:
    for block in json.load(response)["content"]:
        print(block.get("text", ""), end="")
print()`;
  const head = program.isBearer
    ? ["import json", "import os", "import urllib.request"]
    : [
        "import json",
        "import urllib.request",
        "",
        "import boto3",
        "from botocore.auth import SigV4Auth",
        "from botocore.awsrequest import AWSRequest",
      ];
  return text(head, [
    `url = ${stringLiteral(program.url)}`,
    `headers = ${literal(program.plainHeaders, PYTHON)}`,
    `body = ${literal(program.body, PYTHON)}`,
    "data = json.dumps(body).encode()",
    auth,
    print,
  ]);
}

function imports(): string[] {
  return ["import boto3", "from botocore.config import Config"];
}

function client(program: Program): string {
  const endpoint = program.endpoint === null ? "" : `    endpoint_url=${stringLiteral(program.endpoint)},\n`;
  const lines = [
    `client = boto3.client(\n    "bedrock-runtime",\n    region_name=${stringLiteral(program.region)},\n${endpoint}    config=Config(read_timeout=3600),\n)`,
  ];
  const extra = extraHeaders(program);
  if (Object.keys(extra).length > 0) {
    lines.push(
      `extra_headers = ${literal(extra, PYTHON)}`,
      'client.meta.events.register(\n    "before-call.bedrock-runtime", lambda params, **_: params["headers"].update(extra_headers)\n)',
    );
  }
  return lines.join("\n");
}

/** What boto3's InvokeModel has no parameter for, or has only in its newest releases. */
function extraHeaders({ api, serviceTier, requestMetadata }: Program): Record<string, string> {
  if (api !== "invoke") return {};
  return {
    ...(serviceTier !== null && { "X-Amzn-Bedrock-Service-Tier": serviceTier }),
    ...(requestMetadata !== null && { "X-Amzn-Bedrock-Request-Metadata": requestMetadata }),
  };
}

function text(head: readonly string[], parts: readonly string[]): string {
  return `${head.join("\n")}\n\n${parts.join("\n")}\n`;
}
