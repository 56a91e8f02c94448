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
  const isBranching = !program.isBearer && new URL(program.url).pathname.includes("%");
  const target = isBranching ? '"$@"' : shellWord(program.url);
  const lines = [
    `curl --silent --show-error --fail-with-body --no-buffer --output - ${target}`,
    ...auth,
    ...headers.map((header) => `--header ${header}`),
    "--data-binary @- <<'JSON'",
  ];
  const command = `${lines.join(" \\\n  ")}\n${bodyText(program.body)}\nJSON\n`;
  return isBranching ? `${targetByVersion(program.url)}${command}` : command;
}

/**
 * AWS wants the path of a request encoded once more in its signature. curl does so from 8.15 on (curl pull request
 * 17129); an older one signs the URL as it stands, so it gets the twice encoded one and sends the other.
 */
function targetByVersion(url: string): string {
  const { origin, pathname, search } = new URL(url);
  const twice = pathname.replaceAll("%", "%25");
  return [
    "# curl before 8.15 signs a path with %XX in it otherwise than AWS does.",
    'case "$(curl --version)" in',
    `  "curl 7."* | "curl 8."[0-9].* | "curl 8.1"[0-4].*)`,
    `    set -- ${shellWord(`${origin}${twice}${search}`)} --request-target ${shellWord(`${pathname}${search}`)} ;;`,
    `  *) set -- ${shellWord(url)} ;;`,
    "esac",
    "",
  ].join("\n");
}

/** InvokeModel or Converse with the AWS CLI, version 1 or 2. The CLI has no streaming, so the answer comes at once. */
export function awsProgram(program: Program): string {
  const common = [
    `--region ${shellWord(program.region)}`,
    ...(program.endpoint === null ? [] : [`--endpoint-url ${shellWord(program.endpoint)}`]),
    "--cli-read-timeout 0",
  ];
  return program.api === "converse" ? converseCommand(program, common) : invokeCommand(program, common);
}

function invokeCommand(program: Program, common: readonly string[]): string {
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
    `--body fileb:///dev/stdin "$reply" >/dev/null <<'JSON' && cat "$reply"`,
  ];
  const comment =
    program.requestMetadata === null ? "" : "# The AWS CLI cannot send request metadata with invoke-model.\n";
  // Not /dev/stdout: it cannot be opened where it is a socket, and the CLI prints there itself.
  const head = `${comment}(\nreply=$(mktemp) && trap 'rm -f "$reply"' EXIT\n`;
  return `${head}${lines.join(" \\\n  ")}\n${bodyText(program.body)}\nJSON\n)\n`;
}

/** The CLI reads `--cli-input-json` twice, which a pipe does not survive: each field has its own flag. */
function converseCommand(program: Program, common: readonly string[]): string {
  const { messages, ...rest } = program.body;
  const fields = Object.entries(rest).map(
    ([name, value]) => `--${kebab(name)} ${shellWord(JSON.stringify(value))}`,
  );
  const lines = [
    "aws bedrock-runtime converse",
    `--model-id ${shellWord(program.modelId)}`,
    ...common,
    ...fields,
    "--messages file:///dev/stdin <<'JSON'",
  ];
  const text = bodyText(messages);
  const comment = text.includes('"bytes": ')
    ? "# Version 1 of the AWS CLI encodes images and documents a second time: version 2 is needed.\n"
    : "";
  return `${comment}${lines.join(" \\\n  ")}\n${text}\nJSON\n`;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** One line a field: no line of it can be the end mark of the here-document. */
function bodyText(body: unknown): string {
  return JSON.stringify(body, null, 2);
}
