// Who is calling: the credentials as they are found here, and what STS makes of them.
import { readApiKey } from "../../core/api-key.ts";
import type { Diagnosis, ProfileFacts } from "../../core/diagnosis.ts";
import { CbrError } from "../../core/errors.ts";
import { profileFlag } from "../../core/failures/words.ts";
import { beatsKeyVariables } from "../../settings/profile.ts";
import { type Check, failed, type Outcome, skipped } from "./examine.ts";
import { isAboutKey, kindOfKey, type Scene } from "./scene.ts";

/** Credentials that end sooner than this deserve a word. */
const SOON_MS = 10 * 60_000;

export function credentialsCheck(scene: Scene): Check {
  return { name: "credentials", needs: ["certificates"], run: (signal) => credentials(scene, signal) };
}

export function identityCheck(scene: Scene, offline: string | null): Check {
  const isKey = scene.token !== null;
  return {
    name: "identity",
    needs: ["credentials", "sts_endpoint"],
    skipped: isKey ? "STS takes no Bedrock API key: the key names its owner itself" : offline,
    async run(signal) {
      const { account, arn } = await (await scene.diagnosis()).identity.callerIdentity({ signal });
      return { status: "ok", message: `${arn} (account ${account})` };
    },
  };
}

async function credentials(scene: Scene, signal: AbortSignal): Promise<Outcome> {
  const { failure, token } = scene;
  if (failure !== null && isAboutKey(failure)) return failed(failure);
  if (token !== null) return ofToken(token, scene);
  const diagnosis = await scene.diagnosis();
  const keys = ofVariables(scene);
  if (keys !== null) return keys;
  const profile = await diagnosis.profile();
  if (scene.flags.offline) return offlineProfile(scene, profile);
  try {
    return await fetched(scene, diagnosis, profile, signal);
  } catch (error) {
    if (!(error instanceof CbrError)) throw error;
    if (error.code === "mfa_required" && scene.context.io.canAsk) {
      return skipped(
        "the profile asks for an MFA code, and doctor asks nobody",
        "run `cbr whoami` and enter it there",
      );
    }
    return failed(withBlame(error, scene));
  }
}

function ofToken(token: string, { settings, context }: Scene): Outcome {
  const { kind, expiresAt, region, principal } = readApiKey(token);
  const source = settings?.bearer?.source ?? "api key";
  const now = context.host.now();
  if (expiresAt !== null && expiresAt <= now) {
    return failed(
      new CbrError("api_key_expired", {
        message: `the Bedrock API key of \`${source}\` expired at ${new Date(expiresAt).toISOString()}`,
        hint: "make a new key: short-term keys last twelve hours at most",
      }),
    );
  }
  if (kind === "unknown") {
    const message = `the key of \`${source}\` does not look like a Bedrock API key`;
    return { status: "warning", message, fix: "a Bedrock API key starts with `ABSK` or `bedrock-api-key-`" };
  }
  const facts = [
    `${kindOfKey(token)} (${source})`,
    region === null ? null : `for ${region}`,
    principal === null ? null : `of ${kind === "short-term" ? masked(principal) : principal}`,
    expiresAt === null ? null : expiry(new Date(expiresAt).toISOString(), now),
  ];
  return { ...withSoon(expiresAt, now), message: facts.filter((fact) => fact !== null).join(", ") };
}

/** The key variables, where they are what signs; they need nobody's answer. */
function ofVariables({ context: { host }, settings }: Scene): Outcome | null {
  const { env } = host;
  const keyId = env["AWS_ACCESS_KEY_ID"]?.trim();
  const isProfileFirst = settings !== null && beatsKeyVariables(settings);
  if (isProfileFirst || keyId === undefined || env["AWS_SECRET_ACCESS_KEY"] === undefined) return null;
  const hasToken = env["AWS_SESSION_TOKEN"] !== undefined;
  if (keyId.startsWith("ASIA") && !hasToken) {
    return failed(
      new CbrError("credentials_incomplete", {
        message: `the key ${masked(keyId)} is a temporary one, and \`AWS_SESSION_TOKEN\` is missing`,
        hint: "set `AWS_SESSION_TOKEN` too",
      }),
    );
  }
  const kind = hasToken ? "temporary, with an end that is not told, not refreshable" : "long-term";
  return { status: "ok", message: `environment, key ${masked(keyId)} (${kind})` };
}

async function fetched(
  scene: Scene,
  diagnosis: Diagnosis,
  profile: ProfileFacts,
  signal: AbortSignal,
): Promise<Outcome> {
  const now = scene.context.host.now();
  const { source, accessKeyId, expiresAt } = await diagnosis.identity.credentials({ signal });
  const facts = [
    source,
    `key ${masked(accessKeyId)}`,
    expiry(expiresAt, now),
    REFRESH[profile.kind],
    profile.ssoExpiresAt === null ? null : `SSO session until ${profile.ssoExpiresAt.replace(".000Z", "Z")}`,
  ];
  const ends = expiresAt === null ? null : Date.parse(expiresAt);
  return { ...withSoon(ends, now), message: facts.filter((fact) => fact !== null).join(", ") };
}

const REFRESH: Readonly<Record<ProfileFacts["kind"], string | null>> = {
  keys: null,
  sso: "refreshable while the SSO session lasts",
  "aws login": "refreshable while the login lasts",
  "assume role": "refreshable",
  process: "refreshable",
  "web identity": "refreshable",
  nothing: null,
};

function offlineProfile(scene: Scene, profile: ProfileFacts): Outcome {
  const { context, settings } = scene;
  const name = settings?.awsProfile ?? "default";
  const now = context.host.now();
  if (profile.kind === "keys") return { status: "ok", message: `profile ${name}, keys in the file` };
  if (profile.kind === "nothing")
    return skipped(`profile ${name} says nothing; the rest of the chain needs the network`);
  const isOver = profile.ssoExpiresAt !== null && Date.parse(profile.ssoExpiresAt) <= now;
  if (profile.kind === "sso" && (!profile.hasSsoSession || isOver)) {
    return failed(
      new CbrError("sso_expired", {
        message: `there is no valid SSO session for profile \`${name}\``,
        hint: `run \`aws sso login${profileFlag({ profile: settings?.awsProfile ?? undefined })}\``,
      }),
    );
  }
  return skipped(`profile ${name} (${profile.kind}) needs the network`);
}

/** Where nothing was found, what was there and cannot be used is the culprit. */
function withBlame(error: CbrError, { settings, context: { host } }: Scene): CbrError {
  if (error.code !== "no_credentials" && error.code !== "profile_incomplete") return error;
  const unreadable = settings?.warnings.find(({ code }) => code === "aws_config_unreadable");
  if (unreadable !== undefined) {
    const message = unreadable.message.replace(/: going on without it$/, "");
    return new CbrError("aws_files_unreadable", {
      message: `${message}, and there are no other credentials`,
    });
  }
  const blank = host.blankVariables.find((name) =>
    /^AWS_(BEARER_TOKEN_BEDROCK|ACCESS_KEY_ID|PROFILE)$/.test(name),
  );
  if (blank === undefined) return error;
  return new CbrError(error.code, {
    message: `\`${blank}\` is set but blank, and there are no other credentials`,
    hint: `give \`${blank}\` a value, or set up other credentials`,
  });
}

function withSoon(ends: number | null, now: number): { status: "ok" | "warning"; fix?: string } {
  return ends !== null && ends - now < SOON_MS
    ? { status: "warning", fix: "renew them soon" }
    : { status: "ok" };
}

function expiry(expiresAt: string | null, now: number): string | null {
  if (expiresAt === null) return null;
  const minutes = Math.round((Date.parse(expiresAt) - now) / 60_000);
  return `ends in ${minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`}`;
}

/** At most the last four characters. */
function masked(key: string): string {
  return `…${key.slice(-4)}`;
}
