import type { MockRoute } from "../routes.ts";

/** Control plane and STS. */
export const CONTROL_ROUTES: MockRoute[] = [];
