// Who the AWS credentials belong to: STS, and what the credential provider itself tells.
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";
import type { CredentialsFacts, Identity } from "../core/control-plane.ts";
import { CbrError } from "../core/errors.ts";
import { callService } from "./control-call.ts";
import { isoTime } from "./control-shapes.ts";
import { explain } from "./explain.ts";
import { type BedrockSession, openSession, type SessionOptions } from "./session.ts";

/** Opens a session for STS, which takes no bearer token. */
export async function openIdentity(options: Omit<SessionOptions, "mainService" | "auth">): Promise<Identity> {
  return identity(await openSession({ ...options, mainService: "sts", auth: "sigv4" }));
}

/** The identity behind the session's AWS credentials. The session must sign with SigV4: STS takes no bearer token. */
export function identity(session: BedrockSession): Identity {
  let client: STSClient | null = null;
  const credentials = async (): Promise<AwsCredentialIdentity> => {
    try {
      return await session.credentials.get();
    } catch (error) {
      throw explain(error, { profile: session.settings.awsProfile ?? undefined, region: session.region });
    }
  };
  return {
    async credentials() {
      return describeCredentials(await credentials(), session.settings.awsProfile ?? "default");
    },
    async callerIdentity(options) {
      await credentials();
      client ??= new STSClient(session.clientConfig("sts"));
      const sts = client;
      const reply = await callService(session, "GetCallerIdentity", options, (abortSignal) =>
        sts.send(new GetCallerIdentityCommand({}), { abortSignal }),
      );
      if (!reply.Account || !reply.Arn) {
        throw new CbrError("not_bedrock", {
          message: "the answer to GetCallerIdentity names nobody",
          hint: "check `AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL` and the proxy",
        });
      }
      return { account: reply.Account, arn: reply.Arn, userId: reply.UserId ?? "" };
    },
    close() {
      client?.destroy();
      session.http.destroy();
    },
  };
}

/** What the SDK's providers leave in `$source`, in the words of people. */
const SOURCES: readonly [RegExp, string][] = [
  [/WEB_ID/, "web identity"],
  [/ENV_VARS/, "environment"],
  [/ASSUME_ROLE/, "assume role"],
  [/SSO/, "sso"],
  [/LOGIN/, "aws login"],
  [/PROCESS/, "process"],
  [/HTTP/, "container"],
  [/IMDS/, "instance metadata"],
];

function describeCredentials(found: AwsCredentialIdentity, profile: string): CredentialsFacts {
  const marks = Object.keys((found as { $source?: Record<string, string> }).$source ?? {});
  const isOfProfile = marks.some((mark) => mark.includes("PROFILE"));
  const kind = SOURCES.find(([pattern]) => marks.some((mark) => pattern.test(mark)))?.[1];
  return {
    source: isOfProfile ? `profile ${profile}${kind ? ` (${kind})` : ""}` : (kind ?? `profile ${profile}`),
    accessKeyId: found.accessKeyId,
    expiresAt: isoTime(found.expiration),
    account: found.accountId ?? null,
  };
}
