// What the account may do: model agreements and subscriptions, forms, countries, life cycle, data retention.
import type { Match, Pattern } from "./failure.ts";
import { inRegion, modelWord, ofProfile, theModel } from "./words.ts";

const anyRefusal = ["denied", "refused", "missing"] as const;

export const ACCESS_PATTERNS: readonly Pattern[] = [
  {
    code: "data_retention_required",
    kinds: anyRefusal,
    message: /data retention mode/i,
    sentence: ({ facts }) =>
      `${theModel(facts)} needs a data-retention mode that this account has not enabled`,
    hint: ({ facts }) =>
      `see \`cbr access show ${modelWord(facts)}\`; the mode is a decision about compliance`,
  },
  {
    code: "model_legacy",
    kinds: anyRefusal,
    message: /marked by (?:the )?provider as legacy|is legacy and/i,
    sentence: ({ facts }) => `${theModel(facts)} is legacy and this account has not used it lately`,
  },
  {
    code: "model_end_of_life",
    kinds: anyRefusal,
    message: /reached (?:the )?end of (?:its )?life|end-of-life/i,
    sentence: ({ facts }) => `${theModel(facts)} has reached its end of life${inRegion(facts)}`,
  },
  {
    code: "subscription_pending",
    kinds: anyRefusal,
    message:
      /subscription for this model is still being processed|agreement (?:is )?(?:still )?(?:being created|pending)/i,
    hint: "try again in two minutes; it can take fifteen",
  },
  {
    code: "payment_method_invalid",
    kinds: anyRefusal,
    message: /invalid_payment_instrument|valid payment instrument/i,
  },
  {
    code: "marketplace_denied",
    kinds: anyRefusal,
    message: /required aws marketplace actions|aws-marketplace:(?:subscribe|viewsubscriptions)/i,
    sentence: ({ facts }) => `the caller may not subscribe this account to ${theModel(facts)}`,
    hint: ({ facts }) =>
      `ask an admin to call the model once, or for the policy of \`cbr iam -m ${modelWord(facts)} --first-use\`; then try again after two minutes`,
  },
  {
    code: "subscription_failed",
    kinds: anyRefusal,
    message: /marketplace (?:subscription|agreement).*(?:cannot be completed|failed|has not succeeded)/i,
    hint: ({ facts }) =>
      `try again after two minutes; then \`cbr models check ${modelWord(facts)}\`, or AWS Support`,
  },
  {
    code: "use_case_form_missing",
    kinds: anyRefusal,
    message:
      /use[- ]case (?:details|form).*(?:not been submitted|before)|not filled out the (?:required |request )/i,
    hint: ({ facts }) =>
      `submit it with \`cbr access request ${modelWord(facts)}\`; if it was just submitted, try again in 15 minutes`,
  },
  {
    code: "country_not_supported",
    kinds: anyRefusal,
    message: /not allowed from unsupported countr|unsupported countries, regions/i,
  },
  {
    code: "account_restricted",
    kinds: anyRefusal,
    message:
      /access to anthropic models is not allowed for this account|account is (?:not authorized|restricted).*(?:model|bedrock)/i,
    hint: "ask AWS Support; trying again does not help",
  },
  {
    code: "account_restricted",
    kinds: anyRefusal,
    message: /\boperation not allowed\b/i,
    sentence: () => "this account may not use Bedrock here: it is new, unverified or restricted",
    hint: "open an AWS Support case (account and billing), or try another account or region",
  },
  {
    code: "model_access_denied",
    kinds: anyRefusal,
    message:
      /(?:don.?t|do not) have access to the model|not authorized to access this model|model access is denied|no access to (?:the|this) model/i,
    sentence: noModelAccess,
    hint: ({ facts }) =>
      `\`cbr models check ${modelWord(facts)}\` says what is missing; the first call of an account may need the Marketplace permissions of \`cbr iam --first-use\``,
  },
  {
    code: "model_access_denied",
    kinds: anyRefusal,
    message: /is not available for this account/i,
    sentence: noModelAccess,
    hint: "try another `--api` (bedrock-mantle and bedrock-runtime are opened separately), or ask AWS Support",
  },
];

function noModelAccess({ facts }: Match): string {
  return `this account has no access to ${theModel(facts)}${inRegion(facts)}${ofProfile(facts)}`;
}
