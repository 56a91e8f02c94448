// What IAM and organization policies let the caller do.
import type { Match, Pattern } from "./failure.ts";
import { inRegion, modelWord, ofProfile, theModel } from "./words.ts";

const denied = ["denied", "refused"] as const;

const ACTION = /(?:not authorized to perform:? |action: ?)\[?`?([a-z0-9-]+:[A-Za-z*]+)/i;
const BEDROCK_ARN =
  /arn:aws[\w-]*:bedrock[\w-]*:([a-z0-9-]*):\d*:(?:foundation-model|inference-profile|application-inference-profile)\/([^\s"',]+)/i;

export const IAM_PATTERNS: readonly Pattern[] = [
  { code: "guardrail_denied", kinds: denied, message: /bedrock:applyguardrail/i },
  { code: "pass_role_denied", kinds: denied, message: /iam:passrole/i },
  {
    code: "api_key_policy",
    kinds: denied,
    message:
      /bearertokentype|callwithbearertoken.*(?:explicit deny|control policy|boundary)|api keys? (?:are|is) (?:not|disabled)/i,
    hint: "use AWS credentials, or a short-term key where only long-term keys are denied; the organization's admin decides",
  },
  {
    code: "api_key_policy",
    kinds: denied,
    message: /(bedrock(?:-mantle)?):callwithbearertoken/i,
    sentence: () => "the identity behind the API key may not use API keys",
    hint: ({ groups }) =>
      `ask the account admin for \`${groups[1]?.toLowerCase()}:CallWithBearerToken\`, or use AWS credentials`,
  },
  {
    code: "mfa_required",
    kinds: denied,
    message: /multi-?factor ?authentication failed/i,
    sentence: ({ facts }) => `the MFA code was not accepted${ofProfile(facts)}`,
    hint: "run it again with a fresh code; each code works once",
  },
  {
    code: "sso_role_denied",
    kinds: denied,
    names: ["forbidden"],
    message: /^no access$/i,
    sentence: ({ facts }) => `the SSO role may not be used${ofProfile(facts)}`,
  },
  { code: "credentials_service_failed", kinds: denied, names: ["invalididentitytoken", "idpcommunication"] },
  {
    code: "assume_role_failed",
    kinds: denied,
    message: /sts:assumerole/i,
    sentence: ({ facts }) => `the role could not be assumed${ofProfile(facts)}`,
  },
  {
    code: "scp_denied",
    kinds: denied,
    message: /(?:service|resource) control policy|permissions? boundary/i,
    sentence: policySentence("an organization's policy"),
    hint: policyHint("the organization's admin"),
  },
  {
    code: "policy_denied",
    kinds: denied,
    message: /explicit deny|explicitly denied/i,
    sentence: policySentence("a policy"),
    hint: policyHint("the account admin"),
  },
  {
    code: "policy_denied",
    kinds: denied,
    message: /no (?:vpc endpoint|session|resource-based) policy allows/i,
    sentence: policySentence("a policy that lacks an allow"),
    hint: policyHint("the account admin"),
  },
  {
    code: "access_denied",
    kinds: denied,
    message: /not authorized to perform:? bedrock-mantle:/i,
    sentence: iamSentence,
    hint: "ask the account admin for `bedrock-mantle:CreateInference`, which `bedrock:InvokeModel` does not include; or use another `--api`",
  },
  {
    code: "access_denied",
    kinds: denied,
    message: /not authorized to perform:? bedrock:(?:InvokeModel|Converse)/i,
    sentence: iamSentence,
    hint: ({ facts }) =>
      `ask the account admin to allow it on the profile and on the model in every region it routes to: \`cbr iam -m ${modelWord(facts)}\` prints the policy`,
  },
  {
    code: "access_denied",
    kinds: denied,
    message: /not authorized to perform|no identity-based policy allows/i,
    sentence: iamSentence,
    hint: (match) => `ask the account admin for \`${actionOf(match) ?? "the action named"}\``,
  },
  {
    code: "access_denied",
    kinds: denied,
    message: /do not have permission to perform this action/i,
    hint: "ask the account admin: the action is missing in IAM, or an organization's policy denies it",
  },
];

function actionOf({ failure }: Match): string | undefined {
  return ACTION.exec(failure.message)?.[1];
}

function iamSentence(match: Match): string {
  const action = actionOf(match);
  if (action === undefined) return `IAM does not allow this${ofProfile(match.facts)}`;
  const isInference = /:(?:InvokeModel|Converse|CreateInference)/i.test(action);
  const model = isInference && match.facts.modelId !== undefined ? ` for ${theModel(match.facts)}` : "";
  return `IAM does not allow \`${action}\`${model}${inRegion(match.facts)}${ofProfile(match.facts)}`;
}

function policySentence(who: string): (match: Match) => string {
  return (match) => {
    const action = actionOf(match);
    const what = action === undefined ? "denies this" : `denies \`${action}\``;
    const destination = destinationOf(match);
    if (destination === null) return `${who} ${what}${inRegion(match.facts)}`;
    const { region, model } = destination;
    const place = region === "" ? "for global routing" : `in ${region}`;
    const isElsewhere = match.facts.region !== undefined && match.facts.region !== region;
    const via = match.facts.modelId ?? model;
    return `${who} ${what} ${place}${isElsewhere ? `, where \`${via}\` may route requests from ${match.facts.region}` : ""}`;
  };
}

function policyHint(who: string): (match: Match) => string {
  return (match) => {
    const action = actionOf(match) ?? "the action";
    const destination = destinationOf(match);
    if (destination === null) return `ask ${who} to allow \`${action}\``;
    if (destination.region === "")
      return `ask ${who} to allow \`${action}\` where \`aws:RequestedRegion\` is \`unspecified\`, or use another \`--geo\``;
    return `ask ${who} to allow \`${action}\` in ${destination.region}, or use a \`--geo\` that does not route there`;
  };
}

/** The region and model of the resource that was denied: with a profile it is one of its destinations. */
function destinationOf({ failure }: Match): { region: string; model: string } | null {
  const arn = BEDROCK_ARN.exec(failure.message);
  return arn === null ? null : { region: arn[1] ?? "", model: arn[2] ?? "" };
}
