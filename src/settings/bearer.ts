// The Bedrock API key in use. It is kept beside the settings, not in them, so that nothing that prints settings can print it.
import { CbrError } from "../core/errors.ts";
import type { Settings } from "./settings.ts";

const tokens = new WeakMap<Settings, string>();

/** The Bedrock API key that belongs to these very settings (not to a copy of them); null where there is none. */
export function bearerToken(settings: Settings): string | null {
  return tokens.get(settings) ?? null;
}

/** Keeps `token` for `bearerToken`. */
export function keepBearerToken(settings: Settings, token: string): void {
  tokens.set(settings, token);
}

/** A key without the blanks around it. Throws CbrError for one that cannot be a Bedrock API key; never repeats it. */
export function cleanApiKey(written: string, source: string): string {
  const key = written.replace(/^\ufeff/, "").trim();
  if (key.startsWith("sk-ant-")) {
    throw new CbrError("first_party_key", {
      message: `\`${source}\` holds a key of Anthropic's own API, not of Bedrock`,
    });
  }
  if (key === "") throw new CbrError("api_key_malformed", { message: `\`${source}\` holds no API key` });
  if (/[\r\n]/.test(key)) {
    throw new CbrError("api_key_malformed", {
      message: `the API key in \`${source}\` contains a line break`,
    });
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new CbrError("api_key_malformed", {
      message: `the API key in \`${source}\` contains a character that a header cannot hold`,
    });
  }
  return key;
}
