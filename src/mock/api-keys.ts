import { MOCK_ACCOUNT } from "./credentials.ts";
import { type MockCaller, refusal } from "./routes.ts";

/**
 * Who a Bedrock API key belongs to, at `now`; `host` is the name that was called. Throws MockError as the service does:
 * a short-term key must not have expired and works in its own region only.
 */
export function checkApiKey(token: string, host: string | undefined, now: number): MockCaller {
  const invalid = () =>
    refusal(
      "AccessDeniedException",
      "Authentication failed: Please make sure your API Key is valid.",
      "Message",
    );
  if (token.startsWith("bedrock-api-key-")) {
    const decoded = Buffer.from(token.slice("bedrock-api-key-".length), "base64").toString();
    const query = new URLSearchParams(decoded.split("?")[1] ?? "");
    const [keyId, , region] = (query.get("X-Amz-Credential") ?? "").split("/");
    const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get("X-Amz-Date") ?? "");
    const lifetime = Number(query.get("X-Amz-Expires"));
    if (!decoded.startsWith("bedrock.amazonaws.com/") || !keyId || !region || !stamp || !(lifetime > 0))
      throw invalid();
    const [, year, month, day, hour, minute, second] = stamp;
    const end = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) + lifetime * 1000;
    if (end <= now) throw refusal("AccessDeniedException", "Bearer Token has expired", "Message");
    const endpointRegion = hostRegion(host);
    if (endpointRegion !== null && endpointRegion !== region) throw invalid();
    return {
      kind: "bearer",
      region,
      isRegionKnown: true,
      account: MOCK_ACCOUNT,
      arn: `arn:aws:iam::${MOCK_ACCOUNT}:user/mock`,
      userId: "AIDARZPUZDIKAMOCKUSER",
    };
  }
  if (token.startsWith("ABSK")) {
    const decoded = Buffer.from(token.slice("ABSK".length), "base64").toString();
    const match = /^(BedrockAPIKey-[\w+=,.@-]+?)-at-(\d{12}):./.exec(decoded);
    if (!match) throw invalid();
    return {
      kind: "bearer",
      region: hostRegion(host) ?? "us-east-1",
      isRegionKnown: hostRegion(host) !== null,
      account: match[2] as string,
      arn: `arn:aws:iam::${match[2]}:user/${match[1]}`,
      userId: "AIDARZPUZDIKAMOCKAPIK",
    };
  }
  throw invalid();
}

/** The region in one of AWS's own host names (reached through a proxy); null for any other host. */
function hostRegion(host: string | undefined): string | null {
  return (
    /^bedrock[\w-]*\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:amazonaws\.com|api\.aws)/.exec(host ?? "")?.[1] ?? null
  );
}
