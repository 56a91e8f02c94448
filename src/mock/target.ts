// Which part of the local Bedrock a request is for.
import { scopeService } from "./auth.ts";
import { messagesError, type Surface } from "./errors.ts";
import { MockError, type MockReply, type MockRoute } from "./routes.ts";

export interface Target {
  /** Without query and without the mantle prefix. */
  path: string;
  query: URLSearchParams;
  surface: Exclude<Surface, "sts">;
  /** Service Quotas has no path of its own: only the signature's scope tells it from STS. */
  isQuotas: boolean;
}

/** Mantle is told by its path prefix; or, where the client can say no path, by what the signature is scoped to. */
export function targetOf(url: string, headers: Readonly<Record<string, string | undefined>>): Target {
  const [whole = "/", query = ""] = url.split(/\?(.*)/s);
  const isPrefixed = whole === "/mantle" || whole.startsWith("/mantle/");
  const path = isPrefixed ? whole.slice("/mantle".length) || "/" : whole;
  const scope = scopeService(headers);
  const isMantle = isPrefixed || scope === "bedrock-mantle";
  return {
    path,
    query: new URLSearchParams(query),
    surface: isMantle ? "mantle" : "bedrock",
    isQuotas: scope === "servicequotas",
  };
}

/** Does `route` answer this method and target? */
export function isFor(route: MockRoute, method: string, target: Target): boolean {
  const isMantleRoute = route.service === "bedrock-mantle";
  return (
    route.method === method &&
    isMantleRoute === (target.surface === "mantle") &&
    (route.service === "servicequotas") === target.isQuotas &&
    route.pattern.test(target.path)
  );
}

/** What the service says where there is nothing: under runtime's /anthropic a 200 that is an error. */
export function unknownOperation(target: Target): MockReply {
  if (target.surface === "mantle") return messagesError(404, "not_found_error", "Not Found");
  if (target.path.startsWith("/v1/messages/batches")) {
    throw new MockError(403, "AccessDeniedException", "Authorization header is missing", {
      messageKey: "Message",
    });
  }
  const body = '{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}';
  if (target.path.startsWith("/anthropic")) {
    return { status: 200, headers: { "content-type": "application/json" }, body };
  }
  const headers = {
    "content-type": "application/json",
    "x-amzn-ErrorType":
      "UnknownOperationException:http://internal.amazon.com/coral/com.amazon.coral.service/",
  };
  return { status: 404, headers, body };
}
