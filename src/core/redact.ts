// No secret leaves through a log, an error, a crash file or a dry run. One function, every sink.

const MASK = "[redacted]";

/** What stands between a name and its value: `=`, `:`, `%3D`, in quotes that may be escaped, or a list of names and values. */
const IS = String.raw`(?:\\*["'])?\s*(?:=>?|:|%3D)(?:\\*["'\[]|\s)*|\\*["'],\s*\\*["']`;
const VALUE = String.raw`[^\s"'\\,;&<>}\])]{4,}`;

/** What is masked already stays as it is. */
const labelled = (names: string, flags: string, value = VALUE): RegExp =>
  new RegExp(`((?:${names})(?:${IS}))(?!\\[?redacted\\])${value}`, flags);

const PATTERNS: readonly [RegExp, string][] = [
  [/\bbedrock-api-key-[A-Za-z0-9+/=_%-]+/g, `bedrock-api-key-${MASK}`],
  [/\bABSK[A-Za-z0-9+/=_%-]{16,}/g, `ABSK${MASK}`],
  [/\bsk-ant-[A-Za-z0-9_-]{6,}/g, `sk-ant-${MASK}`],
  [/\b(AKIA|ASIA)([A-Z0-9]{8,})([A-Z0-9]{4})\b/g, `$1${MASK}$3`],
  // Session tokens and web identity tokens, by how they begin.
  [/\b(IQoJ|FwoG|FQoG|AQoD)[A-Za-z0-9+/=_%-]{40,}/g, `$1${MASK}`],
  [/\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)?/g, MASK],
  // A plain word after "bearer" is prose ("Bearer Token has expired"), not a token.
  [/(\bBearer(?:\s+|%20|\+))(?![A-Za-z]{1,15}(?:[\s.,;:!?"')]|$))[^\s"'\\,;<>&]+/gi, `$1${MASK}`],
  [/(\b(?:Basic|Digest|Negotiate|NTLM)\s+)(?=[A-Za-z+/_-]{0,200}[\d=])[A-Za-z0-9+/=_-]{8,}/gi, `$1${MASK}`],
  [
    new RegExp(
      String.raw`((?:proxy-)?authorization(?:${IS}))((?:Bearer|Basic|Digest|Negotiate|NTLM)\s+)?(?!AWS4-HMAC|(?:\w{1,12}\s+)?\[?redacted\])${VALUE}`,
      "gi",
    ),
    `$1$2${MASK}`,
  ],
  [/(\bSignature(?:=|%3D))[0-9a-f]{16,}/gi, `$1${MASK}`],
  [labelled("X-Amz-(?:Security-Token|Signature|Credential)", "gi", String.raw`[^\s"'\\&,<>]+`), `$1${MASK}`],
  [
    labelled(
      "x-api-key|api[_-]?key|aws[_-]secret[_-]access[_-]key|aws[_-]session[_-]token|aws[_-]security[_-]token|aws[_-]bearer[_-]token[_-]bedrock|secret[_-]?access[_-]?key|session[_-]?token|access[_-]?token|refresh[_-]?token|id[_-]?token|client[_-]?secret|dpop[_-]?key|private[_-]?key|password|passwd",
      "gi",
    ),
    `$1${MASK}`,
  ],
  [/(<(SecretAccessKey|SessionToken|AccessToken|Password)>)[^<]+/gi, `$1${MASK}`],
  [/(\b(?:set-)?cookie["']?\s*:\s*["']?)[^\n"']+/gi, `$1${MASK}`],
  // User and password of a URL; the password may hold an `@`.
  [/(\b[a-z][a-z0-9+.-]{1,15}:\/\/)[^/\s"'<>]{1,1000}@/gi, `$1${MASK}@`],
  // A secret access key that stands alone: forty characters of base64, with both cases and a digit.
  [
    /(?<![\w./+=-])(?=[A-Za-z0-9/+]{0,39}[a-z])(?=[A-Za-z0-9/+]{0,39}[A-Z])(?=[A-Za-z0-9/+]{0,39}\d)[A-Za-z0-9/+]{40}(?![\w/+=-]|\.\w)/g,
    MASK,
  ],
];

/** The environment variables whose values are secrets, wherever they appear in a text. */
export const SECRET_VARIABLES = [
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_BEARER_TOKEN_BEDROCK",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "ANTHROPIC_API_KEY",
] as const;

const PROXY_VARIABLES = [
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "ALL_PROXY",
  "https_proxy",
  "http_proxy",
  "all_proxy",
] as const;

/** Shorter texts are too likely to be a part of something innocent. */
const SHORTEST_SECRET = 6;

/** Removes everything that looks like a secret, and each of `known` (secrets of this run) literally. */
export function redact(text: string, known: readonly string[] = []): string {
  let result = text;
  for (const secret of known) {
    for (const form of formsOf(secret)) result = result.replaceAll(form, MASK);
  }
  for (const [pattern, replacement] of PATTERNS) result = result.replace(pattern, replacement);
  return result;
}

/** The secrets in an environment, for `redact`'s second argument. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  const own = SECRET_VARIABLES.map((name) => env[name]?.trim());
  const passwords = PROXY_VARIABLES.map((name) => passwordOf(env[name]));
  return [
    ...new Set([...own, ...passwords].filter((value) => value !== undefined && value !== "")),
  ] as string[];
}

/** As it is, as part of a URL, as part of JSON; a token with a line break in it also piece by piece. Longest first. */
function formsOf(secret: string): string[] {
  const pieces = [secret, ...secret.split(/\s+/)];
  const forms = pieces.flatMap((piece) => [piece, encoded(piece), JSON.stringify(piece).slice(1, -1)]);
  return [...new Set(forms)]
    .filter((form) => form.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The password of a proxy variable, with or without a scheme before it. */
function passwordOf(proxy: string | undefined): string | undefined {
  const user = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(.*)@[^@]*$/i.exec(proxy ?? "")?.[1];
  const at = user?.indexOf(":") ?? -1;
  return user === undefined || at === -1 ? undefined : user.slice(at + 1);
}
