// What Bedrock answers instead of Claude: refusals and busy states.
import { row } from "./row.ts";

export const ANSWER_CODES = {
  validation: row(
    5,
    "Bedrock refused the request",
    "a field is wrong for this model",
    "correct what the message names; `--dry-run` prints the request",
  ),
  model_not_found: row(
    5,
    "Bedrock does not know the model",
    "the id is wrong, or not offered in this region",
    "see `cbr models list`",
  ),
  needs_inference_profile: row(
    5,
    "the model needs an inference profile",
    "it cannot be called by its bare id",
    "use `--geo`, or a profile id such as `global.…`",
  ),
  model_end_of_life: row(
    5,
    "the model has reached its end of life",
    "AWS has switched it off",
    "use its successor; see `cbr models list`",
  ),
  resource_not_found: row(
    5,
    "no such resource",
    "the ARN or id is wrong, or of another account or region",
    "check the id, the account (`cbr whoami`) and the region",
  ),
  arn_region_mismatch: row(
    5,
    "the ARN is of another region",
    "an ARN works only in its own region",
    "use the region in the ARN",
  ),
  redirected: row(
    5,
    "the endpoint redirects elsewhere",
    "redirects are not followed, so that credentials stay home",
    "check `--endpoint-url`",
  ),
  content_policy: row(
    5,
    "the request or answer was blocked by a content policy",
    "the provider's filter stopped it",
    "rephrase the prompt",
  ),
  unsupported_operation: row(
    5,
    "the endpoint does not know this operation",
    "the service answered that the path does not exist",
    "check `--endpoint-url` and `--api`",
  ),
  conflict: row(
    5,
    "the change conflicts with the present state",
    "something of that name or kind exists",
    "look at what is there, then choose another name or remove it",
  ),
  quota_exceeded: row(
    6,
    "a service quota is exhausted",
    "the account's limit is reached",
    "ask for a higher quota",
    false,
  ),
  daily_quota: row(
    6,
    "the daily token quota is used up",
    "it resets once a day",
    "try again tomorrow, or use another model or region",
  ),
  throttled: row(
    6,
    "Bedrock is throttling this account",
    "too many requests or tokens at once",
    "wait and try again; see Service Quotas for your limits",
    true,
  ),
  service_unavailable: row(
    6,
    "Bedrock is not available at the moment",
    "no capacity, or a fault on AWS's side",
    "try again later",
    true,
  ),
  internal_server_error: row(
    6,
    "Bedrock had an internal error",
    "a fault on AWS's side",
    "try again later",
    true,
  ),
  model_not_ready: row(
    6,
    "the model is warming up",
    "it was idle and is being loaded",
    "try again in a minute",
    true,
  ),
  model_timeout: row(
    6,
    "the model took too long",
    "the service gave up waiting for it",
    "try again, or ask for less",
    true,
  ),
  model_error: row(6, "the model failed", "the service reported an error of the model", "try again", true),
} as const;
