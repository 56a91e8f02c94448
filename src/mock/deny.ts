import { MOCK_ACCOUNT } from "./credentials.ts";
import { formOf, MockError, type MockRequest, type MockRoute, percentDecoded } from "./routes.ts";

/** Throws the service's own denial when `denied` (IAM actions, `*` at the end allowed) covers what the request asks for. */
export function deny(denied: readonly string[], route: MockRoute, request: MockRequest): void {
  const { auth: caller } = request;
  const bearerAction =
    route.service === "bedrock-mantle" ? "bedrock-mantle:CallWithBearerToken" : "bedrock:CallWithBearerToken";
  const asked = askedFor(route, request);
  const actions = caller.kind === "bearer" ? [bearerAction, asked] : [asked];
  const action = actions.find((name) => denied.some((pattern) => covers(pattern, name)));
  if (action === undefined) return;
  const resource = action.endsWith(":CallWithBearerToken") ? "*" : resourceOf(route, request);
  throw new MockError(
    403,
    "AccessDeniedException",
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    { messageKey: "Message" },
  );
}

/** Whether `pattern` (an IAM action, with or without its service, `*` at the end allowed) covers `action`. */
export function covers(pattern: string, action: string): boolean {
  const wanted = pattern.toLowerCase();
  const name = (wanted.includes(":") ? action : action.slice(action.indexOf(":") + 1)).toLowerCase();
  return wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : wanted === name;
}

/** The IAM action that `request` needs. */
export function askedFor(route: MockRoute, request: Pick<MockRequest, "method" | "query" | "body">): string {
  const { action, actionsByForm } = route;
  return actionsByForm?.[formOf(request).get("Action") ?? ""] ?? action;
}

function resourceOf(route: MockRoute, request: MockRequest): string {
  const { auth: caller, match } = request;
  if (route.service === "sts") return formOf(request).get("RoleArn") ?? "*";
  if (route.service === "bedrock-mantle") {
    return `arn:aws:bedrock-mantle:${caller.region}:${MOCK_ACCOUNT}:project/default`;
  }
  if (match[1] === undefined) return "*";
  const id = percentDecoded(match[1]);
  if (id.startsWith("arn:")) return id;
  return id.startsWith("anthropic.")
    ? `arn:aws:bedrock:${caller.region}::foundation-model/${id}`
    : `arn:aws:bedrock:${caller.region}:${MOCK_ACCOUNT}:inference-profile/${id}`;
}
