// STS in the query protocol: a form in, XML out (AWS STS API reference, version 2011-06-15).

import { formOf, MockError, type MockReply, type MockRequest, type MockRoute } from "../routes.ts";
import { assumeRole } from "./assume-role.ts";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

export const STS_ROUTES: MockRoute[] = ["POST", "GET"].map((method) => ({
  method,
  pattern: /^\/$/,
  action: "sts:GetCallerIdentity",
  actionsByForm: { AssumeRole: "sts:AssumeRole" },
  service: "sts",
  handle: answer,
}));

function answer(request: MockRequest): MockReply {
  const form = formOf(request);
  const action = form.get("Action") ?? "";
  switch (action) {
    case "GetCallerIdentity": {
      const { account: Account, arn: Arn, userId: UserId } = request.auth;
      return xmlReply(action, { Arn, UserId, Account }, request);
    }
    case "AssumeRole":
      return xmlReply(action, assumeRole(form, request), request);
    default:
      throw new MockError(
        400,
        "InvalidAction",
        `Could not find operation ${action} for version ${form.get("Version") ?? "NO_VERSION_SPECIFIED"}`,
      );
  }
}

interface Fields {
  [name: string]: string | Fields;
}

function xmlReply(action: string, result: Fields, request: MockRequest): MockReply {
  return {
    status: 200,
    headers: { "content-type": "text/xml" },
    body:
      `<${action}Response xmlns="${NAMESPACE}">\n  <${action}Result>\n${xml(result)}\n  </${action}Result>\n` +
      `  <ResponseMetadata>\n    <RequestId>${escapeXml(request.requestId)}</RequestId>\n` +
      `  </ResponseMetadata>\n</${action}Response>\n`,
  };
}

function xml(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, value]) => `<${name}>${typeof value === "string" ? escapeXml(value) : xml(value)}</${name}>`)
    .join("\n");
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
