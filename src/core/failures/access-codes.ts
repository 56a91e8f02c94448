// Who may do what: credentials, IAM, model access; and the busy states that have a next step of their own.
import { row } from "./row.ts";

export const ACCESS_CODES = {
  login_expired: row(
    4,
    "the session of `aws login` has expired",
    "it lasts some hours, or its cache is gone",
    "run `aws login`",
  ),
  sso_not_configured: row(
    4,
    "the AWS profile's SSO settings are incomplete",
    "a key is missing or contradicts another in the AWS config file",
    "run `aws configure sso`",
  ),
  sso_role_denied: row(
    4,
    "the SSO role may not be used",
    "your SSO user is not assigned to this account and role",
    "check `sso_account_id` and `sso_role_name`, or ask the account admin for the assignment",
  ),
  profile_cycle: row(
    4,
    "AWS profiles refer to each other in a circle",
    "`source_profile` leads back to where it began",
    "correct `source_profile` in the AWS config file",
  ),
  profile_incomplete: row(
    4,
    "the AWS profile has no credentials",
    "it does not exist, or has no keys, role, SSO session or process",
    "check the name, or run `aws configure --profile NAME`",
  ),
  credentials_service_failed: row(
    4,
    "the credentials service does not give credentials",
    "the container, instance or web identity endpoint refused or did not answer",
    "check the role of the instance, task or pod",
  ),
  signature_scope: row(
    4,
    "the request was signed for another service or region",
    "the endpoint belongs to a different service or region than the one in use",
    "check `--endpoint-url`, `--region` and `--api`",
  ),
  authorization_missing: row(
    4,
    "the request arrived without credentials",
    "something on the way removed the header, or the path does not exist there",
    "check `--endpoint-url` and any gateway or proxy in between",
  ),
  authorization_malformed: row(
    4,
    "the authorization header arrived damaged",
    "something on the way rewrote it, or a key was given in the wrong form",
    "check any gateway or proxy in between, and the form of the key",
  ),
  policy_denied: row(
    4,
    "a policy explicitly denies this",
    "a deny in a policy wins over every allow",
    "ask the account admin to change the policy that the message names",
  ),
  pass_role_denied: row(
    4,
    "you may not hand this role to Bedrock",
    "the action `iam:PassRole` is not allowed for the role",
    "ask the account admin for `iam:PassRole` with `iam:PassedToService` `bedrock.amazonaws.com`",
  ),
  region_not_enabled: row(
    4,
    "the account has not enabled this region or service",
    "some regions are off until the account switches them on",
    "ask the account admin to enable it, or use another `--region`",
  ),
  country_not_supported: row(
    4,
    "Anthropic's models are not offered where this request comes from",
    "the account's country or the network's location is not supported",
    "see https://www.anthropic.com/supported-countries; trying again does not help",
  ),
  payment_method_invalid: row(
    4,
    "the account has no valid payment method for the model",
    "models are sold through AWS Marketplace, which needs one",
    "ask the account admin to add a payment method in Billing, and try again after two minutes",
  ),
  subscription_failed: row(
    4,
    "the model's Marketplace subscription did not succeed",
    "the agreement failed or hangs; the reason stands before it in the message",
    "try again after two minutes; then `cbr models check MODEL`, or AWS Support",
  ),
} as const;

export const BUSY_CODES = {
  overloaded: row(
    6,
    "the model is overloaded",
    "AWS has no free capacity for it at the moment; your quota is not the reason",
    "try again later, or use `--geo global` or `--fallback-region`",
    true,
  ),
  too_many_connections: row(
    6,
    "too many connections at once",
    "the account or the model has no more room for streams",
    "send fewer requests at once",
    true,
  ),
  stream_failed: row(
    7,
    "the stream failed before any of the answer came",
    "the service or something on the way broke it off",
    "try again",
    true,
  ),
} as const;
