// cbr whoami: which account, which principal, and where credentials and region come from.
import { Command } from "commander";
import type { Context } from "../cli/context.ts";
import { regionOf } from "../cli/region.ts";
import { type ApiKey, readApiKey } from "../core/api-key.ts";
import type { Caller, CredentialsFacts, Identity } from "../core/control-plane.ts";
import { CbrError } from "../core/errors.ts";
import { renderFields } from "../render/fields.ts";
import { bearerToken } from "../settings/bearer.ts";
import type { Settings } from "../settings/settings.ts";

/** The identity behind other credentials is a courtesy: nobody waits long for it. */
const OTHER_LIMIT_MS = 5000;

interface Found {
  account: string | null;
  arn: string | null;
  user_id: string | null;
  auth: "sigv4" | "bearer";
  region: { value: string; source: string };
  credentials: { source: string; expires_at: string | null };
  token: ReturnType<typeof describeToken> | null;
  other: Other | null;
}

interface Other {
  account: string | null;
  arn: string | null;
  user_id: string | null;
  credentials: { source: string; expires_at: string | null };
  error?: { code: string; message: string };
}

export function whoamiCommand(context: Context): Command {
  return new Command("whoami")
    .description("show the account and principal in use, and where credentials and region come from")
    .option("--json", "print JSON")
    .action(async (_options: unknown, command: Command) => {
      const flags = command.optsWithGlobals<{ json?: boolean }>();
      await whoami(context, await context.settings(flags), flags.json === true);
    });
}

async function whoami(context: Context, settings: Settings, isJson: boolean): Promise<void> {
  const region = regionOf(settings, context.report);
  const token = settings.auth?.value === "sigv4" ? null : bearerToken(settings);
  if (token === null && settings.auth?.value === "bearer") {
    throw new CbrError("no_credentials", {
      message: `\`${settings.auth.source}\` asks for a Bedrock API key and there is none`,
      hint: "set `AWS_BEARER_TOKEN_BEDROCK`, or use `--api-key-file`",
    });
  }
  const identity = await context.identity(settings, region.value);
  try {
    const found =
      token === null
        ? await fromSts(identity, context, region)
        : await fromToken(token, identity, context, settings, region);
    const text = isJson ? `${JSON.stringify(found)}\n` : humanText(found, context);
    await context.io.out.write(text);
    const expiry = found.token?.expires_at;
    if (expiry && Date.parse(expiry) <= context.host.now()) {
      throw new CbrError("api_key_expired", { message: `the Bedrock API key expired at ${expiry}` });
    }
  } finally {
    identity.close();
  }
}

async function fromSts(identity: Identity, context: Context, region: Found["region"]): Promise<Found> {
  const options = { signal: context.signal, onNotice: noticeTo(context) };
  const credentials = await identity.credentials(options);
  const caller = await identity.callerIdentity(options);
  return {
    ...callerFields(caller),
    auth: "sigv4",
    region,
    credentials: credentialsFields(credentials),
    token: null,
    other: null,
  };
}

async function fromToken(
  token: string,
  identity: Identity,
  context: Context,
  settings: Settings,
  region: Found["region"],
): Promise<Found> {
  const key = readApiKey(token);
  if (key.kind === "unknown") {
    context.report.warn("api_key_unknown", "the API key in use does not look like a Bedrock API key");
  }
  const described = describeToken(key);
  return {
    account: key.account,
    arn: null,
    user_id: null,
    auth: "bearer",
    region,
    credentials: { source: settings.bearer?.source ?? "api key", expires_at: described.expires_at },
    token: described,
    other: await otherIdentity(identity, context),
  };
}

function describeToken(key: ApiKey) {
  return {
    kind: key.kind,
    region: key.region,
    expires_at: key.expiresAt === null ? null : isoTime(key.expiresAt),
    principal: key.principal,
    account: key.account,
  };
}

/** Who the AWS credentials beside the token belong to; null where there are none. */
async function otherIdentity(identity: Identity, context: Context): Promise<Other | null> {
  const options = { signal: AbortSignal.any([context.signal, AbortSignal.timeout(OTHER_LIMIT_MS)]) };
  let credentials: CredentialsFacts;
  try {
    credentials = await identity.credentials(options);
  } catch (error) {
    context.report.verbose(`no other credentials: ${(error as Error).message}`);
    return null;
  }
  const fields = credentialsFields(credentials);
  try {
    return { ...callerFields(await identity.callerIdentity(options)), credentials: fields };
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    const { code, message } =
      error instanceof CbrError ? error : { code: "timeout", message: "no answer from STS in time" };
    return {
      account: credentials.account,
      arn: null,
      user_id: null,
      credentials: fields,
      error: { code, message },
    };
  }
}

function callerFields({ account, arn, userId }: Caller) {
  return { account, arn, user_id: userId };
}

function credentialsFields({ source, expiresAt }: CredentialsFacts) {
  return { source, expires_at: expiresAt };
}

function noticeTo(context: Context) {
  return (notice: { message: string }) => context.report.notice(notice.message);
}

function isoTime(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}

function humanText(found: Found, context: Context): string {
  const now = context.host.now();
  const { token, other } = found;
  return renderFields(context.io.out, [
    ["account", found.account ?? (token ? "unknown (the API key does not tell)" : null)],
    ["arn", found.arn],
    ["user id", found.user_id],
    ["region", `${found.region.value} (${found.region.source})`],
    ["auth", token ? "Bedrock API key" : "AWS credentials (SigV4)"],
    ["credentials", found.credentials.source],
    ["expires", expiryText(found.credentials.expires_at, token?.kind === "long-term", now)],
    ["key kind", token?.kind ?? null],
    ["key region", token?.region ?? null],
    ["key principal", token?.principal ?? null],
    ["other arn", other?.arn ?? null],
    ["other account", other?.account ?? null],
    ["other credentials", other?.credentials.source ?? null],
    ["other error", other?.error?.message ?? null],
  ]);
}

function expiryText(expiresAt: string | null, isHidden: boolean, now: number): string {
  if (expiresAt === null) return isHidden ? "unknown (only AWS knows)" : "never, or not told";
  const minutes = Math.round((Date.parse(expiresAt) - now) / 60_000);
  if (minutes <= 0) return `${expiresAt} (expired)`;
  return `${expiresAt} (in ${minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`})`;
}
