// A short-term Bedrock API key that has ended, known before anything is sent with it.
import { readApiKey } from "../core/api-key.ts";
import { CbrError } from "../core/errors.ts";
import { bearerToken } from "./bearer.ts";
import type { Settings } from "./settings.ts";

/** Throws CbrError `api_key_expired` where the API key in use says that it ended before `now`, milliseconds since the epoch. */
export function refuseExpiredKey(settings: Settings, now: number): void {
  const token = settings.auth?.value === "sigv4" ? null : bearerToken(settings);
  const end = token === null ? null : readApiKey(token).expiresAt;
  if (end === null || end > now) return;
  const time = new Date(end).toISOString().replace(".000Z", "Z");
  throw new CbrError("api_key_expired", {
    message: `the Bedrock API key of \`${settings.bearer?.source}\` expired at ${time}`,
    hint: "make a new key; if it should still be good, check this machine's clock",
  });
}
