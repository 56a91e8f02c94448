// STS in the query protocol: a form in, XML out (AWS STS API reference, version 2011-06-15).
import { MockError, type MockReply, type MockRequest, type MockRoute } from "../routes.ts";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

export const STS_ROUTES: MockRoute[] = ["POST", "GET"].map((method) => ({
  method,
  pattern: /^\/$/,
  action: "sts:GetCallerIdentity",
  service: "sts",
  handle: getCallerIdentity,
}));

function getCallerIdentity(request: MockRequest): MockReply {
  const form = request.method === "GET" ? request.query : new URLSearchParams(request.body.toString());
  const action = form.get("Action") ?? "";
  if (action !== "GetCallerIdentity") {
    throw new MockError(
      400,
      "InvalidAction",
      `Could not find operation ${action} for version ${form.get("Version") ?? "NO_VERSION_SPECIFIED"}`,
    );
  }
  const { account, arn, userId } = request.auth;
  return {
    status: 200,
    headers: { "content-type": "text/xml" },
    body:
      `<GetCallerIdentityResponse xmlns="${NAMESPACE}">\n  <GetCallerIdentityResult>\n` +
      `    <Arn>${escapeXml(arn)}</Arn>\n    <UserId>${escapeXml(userId)}</UserId>\n    <Account>${escapeXml(account)}</Account>\n` +
      `  </GetCallerIdentityResult>\n  <ResponseMetadata>\n    <RequestId>${escapeXml(request.requestId)}</RequestId>\n` +
      "  </ResponseMetadata>\n</GetCallerIdentityResponse>\n",
  };
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
