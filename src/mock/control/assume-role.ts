// AssumeRole of the mock's STS: one role for everybody, and one that wants an MFA code.
import { MOCK_ACCOUNT, TEMPORARY_CREDENTIALS } from "../credentials.ts";
import { type MockRequest, refusal, validationError } from "../routes.ts";

export const ROLE_ARN = `arn:aws:iam::${MOCK_ACCOUNT}:role/Mock`;
export const MFA_ROLE_ARN = `arn:aws:iam::${MOCK_ACCOUNT}:role/MockMfa`;
/** The device that MFA_ROLE_ARN wants, and the only code it ever shows. */
export const MFA_SERIAL = `arn:aws:iam::${MOCK_ACCOUNT}:mfa/mock`;
export const MFA_CODE = "123456";

const DEFAULT_SECONDS = 3600;

/** The result of AssumeRole as nested fields. Throws MockError: roles other than the two are refused, as is a wrong code. */
export function assumeRole(form: URLSearchParams, request: MockRequest) {
  const role = form.get("RoleArn") ?? "";
  const session = form.get("RoleSessionName") ?? "";
  if (!/^[\w+=,.@-]{2,64}$/.test(session)) {
    throw validationError(
      `1 validation error detected: Value '${session}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
  const denial = `User: ${request.auth.arn} is not authorized to perform: sts:AssumeRole on resource: ${role}`;
  if (role !== ROLE_ARN && role !== MFA_ROLE_ARN) throw refusal("AccessDeniedException", denial);
  if (role === MFA_ROLE_ARN) {
    if (form.get("SerialNumber") !== MFA_SERIAL) throw refusal("AccessDeniedException", denial);
    if (form.get("TokenCode") !== MFA_CODE) {
      throw refusal(
        "AccessDeniedException",
        "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
      );
    }
  }
  const seconds = Number(form.get("DurationSeconds") ?? DEFAULT_SECONDS);
  const { accessKeyId, secretAccessKey, sessionToken = "", arn, userId } = TEMPORARY_CREDENTIALS;
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: new Date(request.now + seconds * 1000).toISOString(),
    },
    AssumedRoleUser: { Arn: arn, AssumedRoleId: userId },
  };
}
