// IAM Identity Center as far as a profile needs it: the AWS files, the cached session, the portal that hands out credentials,
// and an AWS CLI that signs in.
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TEMPORARY_CREDENTIALS } from "../../src/mock/credentials.ts";
import { freshHome } from "./cbr.ts";
import { type Service, service } from "./service.ts";

export const SSO_TOKEN = "sso-access-token-that-opens-nothing";

/** Writes profile `work` of SSO session `corp`, in eu-west-1, and a cached session that ends at `expiresAt` (null: none). */
export function ssoProfile(home: string, expiresAt: Date | null): void {
  mkdirSync(join(home, ".aws/sso/cache"), { recursive: true });
  writeFileSync(
    join(home, ".aws/config"),
    [
      "[profile work]",
      "sso_session = corp",
      "sso_account_id = 123456789012",
      "sso_role_name = Mock",
      "region = us-east-1",
      "[sso-session corp]",
      "sso_start_url = https://corp.awsapps.com/start",
      "sso_region = eu-west-1",
      "",
    ].join("\n"),
  );
  if (expiresAt !== null) writeFileSync(cachePath(home), session(expiresAt));
}

/** A portal that gives the mock's temporary credentials for a session signed in by `signInCli` or `ssoProfile`. */
export function ssoPortal(): Promise<Service> {
  const { accessKeyId, secretAccessKey, sessionToken } = TEMPORARY_CREDENTIALS;
  const roleCredentials = { accessKeyId, secretAccessKey, sessionToken, expiration: Date.now() + 3_600_000 };
  return service((request) =>
    request.startsWith("GET /federation/credentials?")
      ? { body: { roleCredentials } }
      : { status: 404, body: { message: "no such thing" } },
  );
}

/** A folder with an `aws` that leaves its words in `~/aws-words`, prints a line, signs in, and ends with `code`. */
export function signInCli(home: string, code = 0): string {
  const folder = freshHome();
  const path = join(folder, "aws");
  const fresh = session(new Date(Date.now() + 8 * 3_600_000));
  writeFileSync(
    path,
    [
      "#!/bin/sh",
      'test "$1" = --version && echo aws-cli/2.31.0 && exit',
      `echo "$*" >> '${join(home, "aws-words")}'`,
      'echo "Successfully logged into Start URL"',
      code === 0 ? `cat > '${cachePath(home)}' <<'END'\n${fresh}\nEND` : "",
      `exit ${code}`,
      "",
    ].join("\n"),
  );
  chmodSync(path, 0o755);
  return folder;
}

function session(expiresAt: Date): string {
  return JSON.stringify({
    startUrl: "https://corp.awsapps.com/start",
    region: "eu-west-1",
    accessToken: SSO_TOKEN,
    expiresAt: expiresAt.toISOString().replace(/\.\d+Z/, "Z"),
  });
}

function cachePath(home: string): string {
  return join(home, ".aws/sso/cache", `${createHash("sha1").update("corp").digest("hex")}.json`);
}
