// Where a request may go: its route, then the fallbacks the user named, all checked before the first is tried.
import { type BuiltRequest, buildRequest, type RequestParts } from "../../cli/build-request.ts";
import type { Context } from "../../cli/context.ts";
import type { LiveLists } from "../../models/live.ts";
import type { Route } from "../../models/route.ts";
import type { InvokeFlags } from "./command.ts";

export interface Candidate extends BuiltRequest {
  route: Route;
}

/** The primary first. Throws CbrError for a fallback that could not be called, or would leave the geo. */
export async function candidatesFor(
  context: Context,
  primary: Route,
  parts: RequestParts & { flags: InvokeFlags },
  live: LiveLists | null,
): Promise<Candidate[]> {
  const first = { route: primary, ...buildRequest(context, primary, parts) };
  const { fallbackRegion, fallbackModel } = parts.flags;
  if (fallbackRegion === undefined && fallbackModel === undefined) return [first];
  const { fallbacksFor } = await import("./fallbacks.ts");
  return [first, ...fallbacksFor(context, primary, parts, live)];
}
