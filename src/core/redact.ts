// No secret leaves through a log, an error, a crash file or a dry run. One function, every sink.

const MASK = "[redacted]";

const PATTERNS: readonly [RegExp, string][] = [
  [/\bbedrock-api-key-[A-Za-z0-9+/=_-]+/g, `bedrock-api-key-${MASK}`],
  [/\bABSK[A-Za-z0-9+/=]{16,}/g, `ABSK${MASK}`],
  [/\bsk-ant-[A-Za-z0-9_-]{6,}/g, `sk-ant-${MASK}`],
  [/\b(AKIA|ASIA)([A-Z0-9]{8,})([A-Z0-9]{4})\b/g, `$1${MASK}$3`],
  [/(Bearer\s+)[^\s"',;]+/gi, `$1${MASK}`],
  [/(Signature=)[0-9a-f]{16,}/gi, `$1${MASK}`],
  [/(X-Amz-(?:Security-Token|Signature|Credential)["']?\s*[=:]\s*["']?)[^\s"'&,]+/gi, `$1${MASK}`],
  [
    /((?:x-api-key|aws_secret_access_key|aws_session_token|secretAccessKey|sessionToken|SecretAccessKey|SessionToken|accessToken|refreshToken|clientSecret)["']?\s*[=:]\s*["']?)[^\s"',}]+/g,
    `$1${MASK}`,
  ],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@"']+@/gi, `$1${MASK}@`],
];

/** The environment variables whose values are secrets, wherever they appear in a text. */
export const SECRET_VARIABLES = [
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_BEARER_TOKEN_BEDROCK",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "ANTHROPIC_API_KEY",
] as const;

/** Removes everything that looks like a secret, and each of `known` (secrets of this run) literally. */
export function redact(text: string, known: readonly string[] = []): string {
  let result = text;
  for (const secret of known) if (secret.length >= 8) result = result.replaceAll(secret, MASK);
  for (const [pattern, replacement] of PATTERNS) result = result.replace(pattern, replacement);
  return result;
}

/** The secrets in an environment, for `redact`'s second argument. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return SECRET_VARIABLES.map((name) => env[name]?.trim()).filter((value) => value !== undefined);
}
