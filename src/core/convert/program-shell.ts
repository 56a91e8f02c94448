// curl and the AWS CLI. Both read the body from a here-document: nothing in it needs quoting there.
import { shellWord } from "./literals.ts";
import type { Program } from "./programs.ts";

/** A curl command: signed with SigV4 from the AWS key variables, or with the Bedrock API key variable. */
export function curlProgram(program: Program): string {
  const headers = Object.entries(program.plainHeaders).map(([name, value]) => shellWord(`${name}: ${value}`));
  const auth = program.isBearer
    ? [`--header "Authorization: Bearer $AWS_BEARER_TOKEN_BEDROCK"`]
    : [
        `--aws-sigv4 "aws:amz:${program.region}:${program.service}"`,
        '--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"',
        // Without a value curl leaves the header out, so it does no harm with long-term keys.
        '--header "x-amz-security-token:$AWS_SESSION_TOKEN"',
      ];
  const lines = [
    `curl --silent --show-error --fail-with-body --no-buffer --output - ${shellWord(program.url)}`,
    ...auth,
    ...headers.map((header) => `--header ${header}`),
    "--data-binary @- <<'JSON'",
  ];
  return `${lines.join(" \\\n  ")}\n${bodyText(program.body)}\nJSON\n`;
}

/** InvokeModel or Converse with the AWS CLI, version 1 or 2. The CLI has no streaming, so the answer comes at once. */
export function awsProgram(program: Program): string {
  const common = [
    `--region ${shellWord(program.region)}`,
    ...(program.endpoint === null ? [] : [`--endpoint-url ${shellWord(program.endpoint)}`]),
    "--cli-read-timeout 0",
  ];
  if (program.api === "converse") {
    const input = { modelId: program.modelId, ...program.body };
    const lines = ["aws bedrock-runtime converse", ...common, "--cli-input-json file:///dev/stdin <<'JSON'"];
    return `${lines.join(" \\\n  ")}\n${bodyText(input)}\nJSON\n`;
  }
  const { guardrail, trace, latency, serviceTier } = program;
  const lines = [
    "aws bedrock-runtime invoke-model",
    `--model-id ${shellWord(program.modelId)}`,
    ...common,
    "--content-type application/json --accept application/json",
    ...(guardrail === null
      ? []
      : [
          `--guardrail-identifier ${shellWord(guardrail.id)} --guardrail-version ${shellWord(guardrail.version)}`,
        ]),
    ...(trace === null ? [] : [`--trace ${shellWord(trace)}`]),
    ...(latency === null ? [] : [`--performance-config-latency ${shellWord(latency)}`]),
    ...(serviceTier === null ? [] : [`--service-tier ${shellWord(serviceTier)}`]),
    // The reply goes to stdout by way of descriptor 3; what the CLI itself prints would be mixed with it.
    "--body fileb:///dev/stdin /dev/fd/3 3>&1 >/dev/null <<'JSON'",
  ];
  const comment =
    program.requestMetadata === null ? "" : "# The AWS CLI cannot send request metadata with invoke-model.\n";
  return `${comment}${lines.join(" \\\n  ")}\n${bodyText(program.body)}\nJSON\n`;
}

/** One line a field: no line of it can be the end mark of the here-document. */
function bodyText(body: unknown): string {
  return JSON.stringify(body, null, 2);
}
