import type { MockRoute } from "./routes.ts";

/** The Messages API, on bedrock-runtime and on bedrock-mantle. */
export const MESSAGES_ROUTES: MockRoute[] = [];
