// One ordered table: exception name and status choose the kind, then the most specific wording wins.
import { ERROR_CODES, type ErrorCode } from "../error-codes.ts";
import { ACCESS_PATTERNS } from "./access-patterns.ts";
import { CLIENT_PATTERNS } from "./client-patterns.ts";
import { CREDENTIAL_PATTERNS } from "./credential-patterns.ts";
import {
  type Failure,
  type FailureFacts,
  type FailureKind,
  kindOf,
  type Pattern,
  plainName,
} from "./failure.ts";
import { IAM_PATTERNS } from "./iam-patterns.ts";
import { LIMIT_PATTERNS } from "./limit-patterns.ts";
import { MESSAGE_PATTERNS } from "./message-patterns.ts";
import { MODEL_PATTERNS } from "./model-patterns.ts";
import { NETWORK_PATTERNS } from "./network-patterns.ts";
import { FIELD_PATTERNS, MODEL_RULE_PATTERNS, SIZE_PATTERNS } from "./request-patterns.ts";
import { hostOf, inRegion, theModel } from "./words.ts";

/** All patterns, in the order in which they are tried. */
export const PATTERNS: readonly Pattern[] = [
  ...CLIENT_PATTERNS,
  ...CREDENTIAL_PATTERNS,
  ...ACCESS_PATTERNS,
  ...IAM_PATTERNS,
  ...MODEL_PATTERNS,
  ...SIZE_PATTERNS,
  ...MODEL_RULE_PATTERNS,
  ...MESSAGE_PATTERNS,
  ...FIELD_PATTERNS,
  ...LIMIT_PATTERNS,
  ...NETWORK_PATTERNS,
];

export interface Finding {
  code: ErrorCode;
  /** Our sentence, without the service's words. */
  sentence: string;
  hint: string | null;
  retryable: boolean;
  kind: FailureKind | null;
  /** Whether the foreign words belong into the message: always those of a service, seldom those of the SDK. */
  keepsMessage: boolean;
}

/**
 * What `failure` is. Name and status are trusted before the wording; the wording is compared loosely (case, kind of
 * apostrophe, line breaks). null only where neither name, status nor wording says anything.
 */
export function recognise(failure: Failure, facts: FailureFacts = {}): Finding | null {
  const kind = kindOf(failure);
  if (failure.isForeign) return foreign(failure, facts, kind);
  const name = failure.name === null ? null : plainName(failure.name);
  const wording = loosely(failure.message);
  for (const pattern of PATTERNS) {
    if (kind !== null && !pattern.kinds.includes(kind)) continue;
    if (pattern.status !== undefined && pattern.status !== failure.status) continue;
    if (pattern.names !== undefined && (name === null || !pattern.names.includes(name))) continue;
    const groups = pattern.message === undefined ? [""] : pattern.message.exec(wording);
    if (groups === null) continue;
    const match = { failure: { ...failure, message: wording }, facts, groups };
    const row = ERROR_CODES[pattern.code];
    return {
      code: pattern.code,
      sentence: pattern.sentence?.(match) ?? row.message,
      hint: typeof pattern.hint === "function" ? pattern.hint(match) : (pattern.hint ?? row.fix),
      retryable: pattern.retryable ?? row.retryable,
      kind,
      keepsMessage:
        pattern.keepsMessage ?? (kind !== "client" && !pattern.kinds.every((one) => one === "client")),
    };
  }
  return byStatus(failure, facts, kind);
}

/** No service says more in one error; what is longer is a page or a log, and the patterns are not to be slow on it. */
export const MAX_WORDING = 8000;

/** Typographic quotes become plain ones, white space one blank: what differs between copies of the same sentence. */
function loosely(message: string): string {
  return message
    .slice(0, MAX_WORDING)
    .replace(/[\u2018\u2019\u201b\u2032]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/\s+/g, " ")
    .trim();
}

function foreign(failure: Failure, facts: FailureFacts, kind: FailureKind | null): Finding {
  const isBusy = kind === "busy" || kind === "failed";
  const code = failure.status === 407 ? "proxy_failed" : isBusy ? "service_unavailable" : "not_bedrock";
  const host = facts.endpoint === undefined ? "the server" : hostOf(facts.endpoint);
  const status = failure.status === null ? "" : `HTTP ${failure.status} from `;
  return {
    ...tableRow(code, kind),
    sentence: `${status}${host}, and not in Bedrock's form: a proxy or another server answered`,
    hint:
      code === "service_unavailable"
        ? "try again; if it stays, check `--endpoint-url` and the proxy"
        : tableRow(code, kind).hint,
  };
}

function byStatus(failure: Failure, facts: FailureFacts, kind: FailureKind | null): Finding | null {
  const { status } = failure;
  if (status !== null && status >= 300 && status < 400) return tableRow("redirected", kind);
  if (status === 407) return tableRow("proxy_failed", kind);
  if (status === 405 || status === 501) return tableRow("unsupported_operation", kind);
  switch (kind) {
    case "refused":
      return tableRow("validation", kind);
    case "denied":
      return {
        ...tableRow("access_denied", kind),
        ...(facts.modelId !== undefined && {
          sentence: `access denied for ${theModel(facts)}${inRegion(facts)}`,
          hint: `\`cbr models check ${facts.modelId}\` says what is missing; \`cbr iam -m ${facts.modelId}\` prints the policy needed`,
        }),
      };
    case "missing":
      return facts.modelId === undefined && plainName(failure.name ?? "") !== "notfound"
        ? tableRow("resource_not_found", kind)
        : {
            ...tableRow("model_not_found", kind),
            sentence: `Bedrock does not know ${theModel(facts)}${inRegion(facts)}`,
            ...(facts.nearestModels?.length && { hint: `did you mean \`${facts.nearestModels[0]}\`?` }),
          };
    case "busy":
      return tableRow("service_unavailable", kind);
    case "failed":
      return tableRow("internal_server_error", kind);
    case "client":
      return tableRow("no_credentials", kind);
    case null:
      return null;
    default:
      return kind satisfies never;
  }
}

function tableRow(code: ErrorCode, kind: FailureKind | null): Finding {
  const row = ERROR_CODES[code];
  return { code, sentence: row.message, hint: row.fix, retryable: row.retryable, kind, keepsMessage: true };
}
