// Which AWS credentials a request is signed with: the AWS CLI's order of sources, the SDK's own providers.
import { readFileSync } from "node:fs";
import type { AwsCredentialIdentity } from "@smithy/types";
import { CbrError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { beatsKeyVariables } from "../settings/profile.ts";
import type { Settings } from "../settings/settings.ts";

export interface CredentialsOptions {
  host: Host;
  settings: Settings;
  /** Region and request handler for the STS and SSO calls that some profiles need. */
  clientConfig: { region: string; requestHandler: unknown };
  /** Asks a person for the code of an MFA device; throws CbrError `mfa_required` where nobody can be asked. */
  askMfa: (serial: string) => Promise<string>;
  /** Offers a person to sign in again; true once they did. Absent where nobody can be asked. */
  offerLogin?: OfferLogin | undefined;
}

/** What would sign in again: words for the AWS CLI. `reason` is the sentence that says why. */
export interface Login {
  words: readonly string[];
  reason: string;
}

export type OfferLogin = (login: Login) => Promise<boolean>;

export interface CredentialsSource {
  /** Resolves to usable credentials, from memory until five minutes before they end. Throws CbrError or the SDK's error. */
  get(): Promise<AwsCredentialIdentity>;
  /** Forgets what was resolved. True when asking again may give something new. */
  reload(): boolean;
}

/** A `credential_process` that says nothing for this long is taken for hung. */
const PROCESS_LIMIT_MS = 60_000;
/** For what else a profile may need, after a hung process has had its turn. */
const PROFILE_LIMIT_MS = 65_000;
const REFRESH_BEFORE_MS = 300_000;

/**
 * The credentials of this run: a profile chosen by flag or CBR_PROFILE, else key variables, else AWS_PROFILE, else the
 * default profile, web identity, container, and on EC2 the instance (order of the AWS CLI, which the SDK does not share).
 */
export function credentialsSource(options: CredentialsOptions): CredentialsSource {
  const { env } = options.host;
  const hasKeys = env["AWS_ACCESS_KEY_ID"] !== undefined || env["AWS_SECRET_ACCESS_KEY"] !== undefined;
  const isFromKeys = hasKeys && !beatsKeyVariables(options.settings);
  let held: AwsCredentialIdentity | null = null;
  let isOnItsWay: Promise<AwsCredentialIdentity> | null = null;
  const current = async () => {
    if (held === null || isEnding(held, options.host.now())) {
      held = isFromKeys ? await keysOf(env) : await fromFilesOrLogin(options, options.settings.awsProfile);
    }
    return held;
  };
  return {
    get() {
      // Requests that leave together share one answer: nobody is asked twice for a code or a login.
      isOnItsWay ??= current().finally(() => {
        isOnItsWay = null;
      });
      return isOnItsWay;
    },
    reload() {
      held = null;
      return !isFromKeys;
    },
  };
}

function isEnding(credentials: AwsCredentialIdentity, now: number): boolean {
  return credentials.expiration !== undefined && credentials.expiration.getTime() - now < REFRESH_BEFORE_MS;
}

async function keysOf(env: Host["env"]): Promise<AwsCredentialIdentity> {
  const accessKeyId = env["AWS_ACCESS_KEY_ID"]?.trim();
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"]?.trim();
  if (!accessKeyId || !secretAccessKey) {
    const missing = accessKeyId ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID";
    throw new CbrError("credentials_incomplete", {
      message: `the credentials are incomplete: ${missing} is missing`,
    });
  }
  const sessionToken = env["AWS_SESSION_TOKEN"]?.trim();
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken && { sessionToken }),
    $source: { CREDENTIALS_ENV_VARS: "g" },
  } as AwsCredentialIdentity;
}

/** Where a session has ended and somebody is there to sign in again, once more after that. */
async function fromFilesOrLogin(
  options: CredentialsOptions,
  profile: string | null,
): Promise<AwsCredentialIdentity> {
  try {
    return await fromFilesAndMachine(options, profile);
  } catch (error) {
    const unreadable = unreadableToken(error);
    if (unreadable !== null) throw unreadable;
    const login = options.offerLogin === undefined ? null : await loginAfter(error, profile);
    if (login === null || !(await options.offerLogin?.(login))) throw error;
    return fromFilesAndMachine(options, profile);
  }
}

/** The SDK lets Node's error for the file of a token through as it is. */
function unreadableToken(error: unknown): CbrError | null {
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (path === undefined || (syscall !== "open" && syscall !== "read")) return null;
  return new CbrError("credentials_service_failed", {
    message: `the token file \`${path}\` of the credentials cannot be read (${code})`,
    hint: "check `web_identity_token_file` in the profile, `AWS_WEB_IDENTITY_TOKEN_FILE` or `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`",
    cause: error,
  });
}

/** The login that mends `error`; null where none does. Where profiles lean on each other the SDK names the one that ended. */
async function loginAfter(error: unknown, profile: string | null): Promise<Login | null> {
  const { explain } = await import("./explain.ts");
  const named = /profile=(\S+)/.exec(error instanceof Error ? error.message : "")?.[1] ?? profile;
  const { code, message } = explain(error, { profile: named ?? undefined });
  const flag = named === null ? [] : ["--profile", named];
  if (code === "sso_expired") return { words: ["sso", "login", ...flag], reason: message };
  return code === "login_expired" ? { words: ["login", ...flag], reason: message } : null;
}

async function fromFilesAndMachine(
  options: CredentialsOptions,
  profile: string | null,
): Promise<AwsCredentialIdentity> {
  const { host, clientConfig } = options;
  const loaded = await import("@aws-sdk/credential-providers");
  // Bundled as CommonJS, a package that is imported late has nothing but a default export.
  const providers = "fromIni" in loaded ? loaded : (loaded as { default: typeof loaded }).default;
  // The region is for STS alone: SSO is asked in the region of its own session, which `clientConfig` would beat.
  const { requestHandler } = clientConfig;
  const init = { clientConfig: { requestHandler } as never, parentClientConfig: clientConfig as never };
  const tried = ["AWS_ACCESS_KEY_ID", `profile \`${profile ?? "default"}\``];
  let isAsking = false;
  const { limitCredentialProcesses } = await import("./credential-process.ts");
  const limit = Math.min(PROCESS_LIMIT_MS, options.settings.timeout?.value || PROCESS_LIMIT_MS);
  const hungProcess = limitCredentialProcesses(host, limit);
  try {
    const ini = providers.fromIni({
      ...init,
      // Keys that a person renewed while a chat goes on must be seen.
      ignoreCache: true,
      ...(profile !== null && { profile }),
      mfaCodeProvider: async (serial) => {
        isAsking = true;
        return options.askMfa(serial).finally(() => {
          isAsking = false;
        });
      },
    });
    return await withLimit(ini(), () => isAsking);
  } catch (error) {
    const hung = hungProcess();
    if (hung !== null) {
      throw new CbrError("credential_process_failed", {
        message: `the credential process \`${hung.program}\` of profile \`${profile ?? "default"}\` did not end within ${Math.round(limit / 1000)} s`,
      });
    }
    if (error instanceof CbrError || (error as { tryNextLink?: boolean }).tryNextLink === false) throw error;
    const next = await fromMachine(providers, host, init, tried);
    if (next !== null) return next;
    // The default profile need not be there; one that is there and fails has more to say than a list.
    if (profile !== null || !/^Could not resolve credentials/.test((error as Error).message)) throw error;
    throw new CbrError("no_credentials", {
      message: `no AWS credentials found (tried ${tried.join(", ")})`,
      cause: error,
    });
  }
}

async function fromMachine(
  providers: typeof import("@aws-sdk/credential-providers"),
  host: Host,
  init: { clientConfig: never },
  tried: string[],
): Promise<AwsCredentialIdentity | null> {
  const { env } = host;
  tried.push("web identity");
  if (env["AWS_WEB_IDENTITY_TOKEN_FILE"] !== undefined) return providers.fromTokenFile(init)();
  tried.push("container");
  if (env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] ?? env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]) {
    return providers.fromHttp()();
  }
  if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true" || !isEc2(host)) {
    tried.push("instance metadata: not on EC2");
    return null;
  }
  tried.push("instance metadata");
  return providers
    .fromInstanceMetadata({ timeout: 1000, maxRetries: 1 })()
    .catch(() => null);
}

/** Only a machine that says it is EC2 is asked for its role: elsewhere the question hangs for seconds. */
function isEc2(host: Host): boolean {
  if (host.platform !== "linux") return false;
  for (const path of [
    "/sys/hypervisor/uuid",
    "/sys/class/dmi/id/sys_vendor",
    "/sys/class/dmi/id/board_asset_tag",
  ]) {
    try {
      if (/^(ec2|amazon ec2|i-[0-9a-f]{8,})/i.test(readFileSync(path, "utf8"))) return true;
    } catch {
      // not readable here: no hint
    }
  }
  return false;
}

async function withLimit<T>(work: Promise<T>, isPaused: () => boolean): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const check = () => {
      if (isPaused()) timer = setTimeout(check, PROFILE_LIMIT_MS);
      else
        reject(
          new CbrError("credential_process_failed", {
            message: "the profile gave no credentials within 65 seconds",
          }),
        );
    };
    timer = setTimeout(check, PROFILE_LIMIT_MS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
