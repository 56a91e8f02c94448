import { type Language, literal, stringLiteral, TYPESCRIPT } from "./literals.ts";
import type { Program } from "./programs.ts";

const WITH_BLOBS: Language = {
  ...TYPESCRIPT,
  blob: (base64) => `Buffer.from(${stringLiteral(base64)}, "base64")`,
};

/**
 * A program with the AWS SDK for JavaScript (an ES module: it awaits at its top). HTTP/1.1, because the SDK's HTTP/2
 * handler ends a broken stream as if it were whole.
 */
export function typescriptProgram(program: Program): string {
  if (program.api === "messages" || program.api === "mantle") return messagesProgram(program);
  return program.api === "converse" ? converseProgram(program) : invokeProgram(program);
}

function invokeProgram(program: Program): string {
  const { guardrail, trace, latency, serviceTier, requestMetadata } = program;
  const command = program.stream ? "InvokeModelWithResponseStreamCommand" : "InvokeModelCommand";
  const parameters = [
    `modelId: ${stringLiteral(program.modelId)}`,
    'contentType: "application/json"',
    'accept: "application/json"',
    ...(guardrail === null
      ? []
      : [
          `guardrailIdentifier: ${stringLiteral(guardrail.id)}`,
          `guardrailVersion: ${stringLiteral(guardrail.version)}`,
        ]),
    ...(trace === null ? [] : [`trace: ${stringLiteral(trace)}`]),
    ...(latency === null ? [] : [`performanceConfigLatency: ${stringLiteral(latency)}`]),
    ...(serviceTier === null ? [] : [`serviceTier: ${stringLiteral(serviceTier)}`]),
    ...(requestMetadata === null ? [] : [`requestMetadata: ${requestMetadata}`]),
    "body: JSON.stringify(body)",
  ];
  const print = program.stream
    ? `for await (const event of response.body ?? []) {
  if (event.chunk?.bytes === undefined) continue;
  const data = JSON.parse(new TextDecoder().decode(event.chunk.bytes));
  if (data.type === "content_block_delta") process.stdout.write(data.delta.text ?? "");
}
process.stdout.write("\\n");`
    : `for (const block of JSON.parse(new TextDecoder().decode(response.body)).content) {
  process.stdout.write(block.text ?? "");
}
process.stdout.write("\\n");`;
  return `${imports(command)}
${client(program)}
const body = ${literal(program.body, TYPESCRIPT)};
const response = await client.send(
  new ${command}({
${parameters.map((line) => `    ${line},\n`).join("")}  }),
);
${print}
`;
}

function converseProgram(program: Program): string {
  const command = program.stream ? "ConverseStreamCommand" : "ConverseCommand";
  const print = program.stream
    ? `for await (const event of response.stream ?? []) {
  process.stdout.write(event.contentBlockDelta?.delta?.text ?? "");
}
process.stdout.write("\\n");`
    : `for (const block of response.output?.message?.content ?? []) process.stdout.write(block.text ?? "");
process.stdout.write("\\n");`;
  return `${imports(command)}
${client(program)}
const response = await client.send(
  new ${command}(${literal({ modelId: program.modelId, ...program.body }, WITH_BLOBS, 1)}),
);
${print}
`;
}

function messagesProgram(program: Program): string {
  const head = program.isBearer
    ? ""
    : `import { Sha256 } from "@aws-crypto/sha256-js";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";

`;
  const send = program.isBearer
    ? `const response = await fetch(url, {
  method: "POST",
  headers: { ...headers, Authorization: \`Bearer \${process.env.AWS_BEARER_TOKEN_BEDROCK}\` },
  body,
});`
    : `const signer = new SignatureV4({
  service: ${stringLiteral(program.service)},
  region: ${stringLiteral(program.region)},
  credentials: fromNodeProviderChain(),
  sha256: Sha256,
});
const signed = await signer.sign(
  new HttpRequest({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port === "" ? undefined : Number(url.port),
    path: url.pathname,
    headers: { ...headers, host: url.host },
    body,
  }),
);
const response = await fetch(url, { method: "POST", headers: signed.headers, body });`;
  const print = program.stream
    ? `let rest = "";
for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
  const lines = (rest + piece).split("\\n");
  rest = lines.pop() ?? "";
  for (const line of lines.filter((text) => text.startsWith("data: "))) {
    const event = JSON.parse(line.slice(6));
    if (event.type === "content_block_delta") process.stdout.write(event.delta.text ?? "");
  }
}
process.stdout.write("\\n");`
    : `for (const block of (await response.json()).content) process.stdout.write(block.text ?? "");
process.stdout.write("\\n");`;
  return `${head}const url = new URL(${stringLiteral(program.url)});
const headers: Record<string, string> = ${literal(program.plainHeaders, TYPESCRIPT)};
const body = JSON.stringify(${literal(program.body, TYPESCRIPT)});
${send}
if (!response.ok) throw new Error(\`HTTP \${response.status}: \${await response.text()}\`);
${print}
`;
}

function imports(command: string): string {
  return `import { BedrockRuntimeClient, ${command} } from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
`;
}

function client(program: Program): string {
  const endpoint = program.endpoint === null ? "" : `  endpoint: ${stringLiteral(program.endpoint)},\n`;
  return `const client = new BedrockRuntimeClient({
  region: ${stringLiteral(program.region)},
${endpoint}  requestHandler: new NodeHttpHandler({ requestTimeout: 3_600_000 }),
});`;
}
