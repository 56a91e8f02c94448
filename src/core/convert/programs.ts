// `--dry-run=curl|aws|python|typescript`: the request as a program that sends it, ready to be run as it is printed.
import type { Api } from "../claude.ts";
import { CbrError } from "../errors.ts";
import { asObject, asString, type JsonObject } from "./json.ts";
import { pythonProgram } from "./program-python.ts";
import { awsProgram, curlProgram } from "./program-shell.ts";
import { typescriptProgram } from "./program-typescript.ts";

export const PROGRAM_KINDS = ["curl", "aws", "python", "typescript"] as const;
export type ProgramKind = (typeof PROGRAM_KINDS)[number];

/** A request as it would leave. */
export interface ProgramInput {
  url: string;
  region: string;
  api: Api;
  modelId: string;
  /** Headers as sent; credentials and what a client makes itself are left out of the program. */
  headers: Readonly<Record<string, string>>;
  body: unknown;
  stream: boolean;
  /** An endpoint that is not AWS's own for the region; null: AWS's own. */
  endpoint: string | null;
}

/** What the writers need, worked out once. */
export interface Program extends ProgramInput {
  body: JsonObject;
  isBearer: boolean;
  /** Name of the service in a signature. */
  service: "bedrock" | "bedrock-mantle";
  /** Headers that say something, in lower case. */
  plainHeaders: Record<string, string>;
  guardrail: { id: string; version: string } | null;
  trace: string | null;
  latency: string | null;
  serviceTier: string | null;
  /** JSON text. */
  requestMetadata: string | null;
}

/**
 * The text of a program, with a newline at its end. Credentials are taken from the environment when it runs; none is in
 * the text. Throws CbrError `api_not_supported` for `aws` with a Messages API, which the AWS CLI has no command for.
 */
export function asProgram(kind: ProgramKind, input: ProgramInput): string {
  const program = read(input);
  switch (kind) {
    case "curl":
      return curlProgram(program);
    case "aws":
      if (program.api === "messages" || program.api === "mantle") {
        throw new CbrError("api_not_supported", {
          message: `the AWS CLI has no command for the API \`${program.api}\``,
          hint: "use `--dry-run=curl`, or `--api invoke`",
        });
      }
      return awsProgram(program);
    case "python":
      return pythonProgram(program);
    case "typescript":
      return typescriptProgram(program);
    default:
      return kind satisfies never;
  }
}

/** What a client or a signer writes itself, and what must not be printed. */
const OWN_HEADERS =
  /^(authorization|x-api-key|host|user-agent|content-length|connection|date|x-amz-.*|amz-sdk-.*|x-amzn-requestid|accept-encoding)$/;

function read(input: ProgramInput): Program {
  const headers = Object.fromEntries(
    Object.entries(input.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const bedrock = (name: string) => headers[`x-amzn-bedrock-${name}`] ?? null;
  const id = bedrock("guardrailidentifier");
  const { modelId: _, ...body } = asObject(input.body) ?? {};
  return {
    ...input,
    body,
    isBearer: /^bearer /i.test(headers["authorization"] ?? "") || headers["x-api-key"] !== undefined,
    service: input.api === "mantle" ? "bedrock-mantle" : "bedrock",
    plainHeaders: Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.test(name))),
    guardrail: id === null ? null : { id, version: asString(bedrock("guardrailversion")) ?? "DRAFT" },
    trace: bedrock("trace"),
    latency: bedrock("performanceconfig-latency"),
    serviceTier: bedrock("service-tier"),
    requestMetadata: bedrock("request-metadata"),
  };
}
