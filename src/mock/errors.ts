// How each surface of the service puts an error into headers and a body.
import type { MockError, MockReply } from "./routes.ts";

/** The native REST APIs (runtime, control plane), the query API of STS, or mantle's Messages API. */
export type Surface = "bedrock" | "sts" | "mantle";

/** Errors of the front door, before the operation is known; they carry another namespace than the operation's own. */
const FRONT_DOOR = new Set([
  "AccessDeniedException",
  "ExpiredTokenException",
  "IncompleteSignatureException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "UnknownOperationException",
  "UnrecognizedClientException",
]);

export function renderError(error: MockError, surface: Surface): MockReply {
  switch (surface) {
    case "bedrock": {
      const namespace =
        FRONT_DOOR.has(error.name) && !isModelDenial(error)
          ? "com.amazon.coral.service"
          : "com.amazon.bedrock";
      return {
        status: error.status,
        headers: {
          "content-type": "application/json",
          "x-amzn-ErrorType": `${error.name}:http://internal.amazon.com/coral/${namespace}/`,
          ...error.headers,
        },
        body: JSON.stringify({ [error.messageKey]: error.message }),
      };
    }
    case "mantle":
      return messagesError(mantleStatus(error), mantleType(error), error.message, error.headers);
    case "sts":
      return stsError(error.status, ...namesForSts(error), error.headers);
    default:
      return surface satisfies never;
  }
}

/** An error in the form of the Messages API. */
export function messagesError(
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): MockReply {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ type: "error", error: { type, message } }),
  };
}

function isModelDenial(error: MockError): boolean {
  return error.name === "AccessDeniedException" && error.messageKey === "message";
}

function mantleStatus(error: MockError): number {
  const isAuthentication = error.name !== "AccessDeniedException" && FRONT_DOOR.has(error.name);
  return isAuthentication ? 401 : error.status;
}

function mantleType(error: MockError): string {
  const types: Record<number, string> = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
  };
  return error.name.includes("_") ? error.name : (types[mantleStatus(error)] ?? "api_error");
}

const STS_NAMES: Readonly<Record<string, readonly [code: string, message?: string]>> = {
  UnrecognizedClientException: [
    "InvalidClientTokenId",
    "The security token included in the request is invalid.",
  ],
  InvalidSignatureException: ["SignatureDoesNotMatch"],
  ExpiredTokenException: ["ExpiredToken", "The security token included in the request is expired"],
  MissingAuthenticationTokenException: [
    "MissingAuthenticationToken",
    "Request is missing Authentication Token",
  ],
  IncompleteSignatureException: ["IncompleteSignature"],
  AccessDeniedException: ["AccessDenied"],
};

function namesForSts(error: MockError): [code: string, message: string] {
  const [code, message] = STS_NAMES[error.name] ?? [error.name];
  return [code, message ?? error.message];
}

/** An error in the form of STS. */
export function stsError(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): MockReply {
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>${code}</Code>
    <Message>${escapeXml(message)}</Message>
  </Error>
  <RequestId>mock</RequestId>
</ErrorResponse>
`;
  return { status, headers: { "content-type": "text/xml", ...headers }, body };
}

function escapeXml(text: string): string {
  return text.replace(/[<>&]/g, (c) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;" })[c] as string);
}
