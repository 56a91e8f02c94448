// Sizes, sampling, thinking, tools: what a model accepts, told by the wording of a 400.
import type { Match, Pattern } from "./failure.ts";
import { theModel } from "./words.ts";

const kinds = ["refused"] as const;

export const SIZE_PATTERNS: readonly Pattern[] = [
  {
    code: "prompt_too_long",
    kinds,
    message: /prompt is too long:? (\d+) tokens? > (\d+)/i,
    sentence: ({ groups }) => `the prompt has ${groups[1]} tokens and the model takes ${groups[2]}`,
    hint: ({ groups }) =>
      `shorten the prompt by ${Number(groups[1]) - Number(groups[2])} tokens or more, or use a model with a larger context window`,
  },
  {
    code: "prompt_too_long",
    kinds,
    message: /max_tokens['"`]? exceed context limit: (\d+) \+ (\d+) > (\d+)/i,
    sentence: ({ groups }) =>
      `the prompt (${groups[1]} tokens) and \`max_tokens\` (${groups[2]}) do not fit into the model's ${groups[3]} tokens`,
    hint: ({ groups }) => {
      const room = Number(groups[3]) - Number(groups[1]);
      return room > 0 ? `use \`--max-tokens ${room}\` or less, or shorten the prompt` : "shorten the prompt";
    },
  },
  {
    code: "prompt_too_long",
    kinds,
    message:
      /prompt is too long|input is too long for requested model|exceeds? (?:the )?(?:maximum )?context (?:window|length|limit)/i,
    hint: "shorten the prompt or send fewer attachments: the model's context window or the limit in bytes is exceeded, and Bedrock says the same of both",
  },
  {
    code: "request_too_large",
    kinds,
    message:
      /request exceeds the maximum (?:allowed number of bytes|size)|request ?_?too ?_?large|entity too large|payload too large/i,
  },
  { code: "request_too_large", kinds, names: ["requesttoolarge", "requestentitytoolarge"] },
  { code: "request_too_large", kinds, status: 413 },
  {
    code: "max_tokens_too_large",
    kinds,
    message: /max_tokens: \d+ > (\d+)|maximum tokens you requested exceeds the model limit of (\d+)/i,
    sentence: ({ groups, facts }) => `${theModel(facts)} writes at most ${groups[1] ?? groups[2]} tokens`,
    hint: ({ groups }) => `use \`--max-tokens ${groups[1] ?? groups[2]}\` or less`,
  },
  {
    code: "bad_image",
    kinds,
    message: /image exceeds (\d+(?:\.\d+)? ?MB) maximum/i,
    sentence: ({ groups, failure }) => `the image${placeOf(failure.message)} is larger than ${groups[1]}`,
    hint: "scale the image down; it counts as it is, before base64",
  },
  {
    code: "bad_image",
    kinds,
    message: /image dimensions exceed max allowed size(?:[^:]*: (\d+) pixels)?/i,
    sentence: ({ groups, failure }) =>
      `the image${placeOf(failure.message)} has a side of more than ${groups[1] ?? "8000"} pixels`,
    hint: "scale the image down: 8000 pixels a side, 2000 when there are more than 20 images",
  },
  {
    code: "bad_image",
    kinds,
    message:
      /image was specified using the (image\/\w+) media type, but the image appears to be an? (image\/\w+)/i,
    sentence: ({ groups, failure }) =>
      `the image${placeOf(failure.message)} is ${groups[2]}, not ${groups[1]}`,
    hint: ({ groups }) => `set \`media_type\` to \`${groups[2]}\`; \`-f\` does it by itself`,
  },
  {
    code: "bad_image",
    kinds,
    message: /could not process image/i,
    hint: "save the image again as png or jpeg",
  },
  {
    code: "bad_document",
    kinds,
    message: /maximum of (\d+) pdf pages/i,
    sentence: ({ groups }) => `the PDF has more than ${groups[1]} pages`,
    hint: "split the PDF, or use a model with a larger context window",
  },
  {
    code: "bad_document",
    kinds,
    message: /\bpdf\b.*(?:password|encrypted|not valid|invalid|empty)/i,
    sentence: () => "the PDF is damaged, protected or empty",
    hint: "open it, save it again without a password, and send that",
  },
];

export const MODEL_RULE_PATTERNS: readonly Pattern[] = [
  {
    code: "api_version_invalid",
    kinds,
    message: /invalid api version|anthropic[_-]version.*(?:invalid|not supported)/i,
  },
  {
    code: "beta_not_supported",
    kinds,
    message: /invalid beta flag|unexpected value\(s\) [`'"]([^`'"]+)[`'"].*anthropic-beta/i,
    sentence: ({ groups, facts }) =>
      groups[1] === undefined
        ? `${theModel(facts)} does not take one of the betas`
        : `the beta \`${groups[1]}\` is not accepted`,
    hint: ({ groups }) =>
      groups[1] === undefined
        ? "drop the `--beta` flags one by one; Bedrock does not say which one it is"
        : `drop \`--beta ${groups[1]}\``,
  },
  {
    code: "sampling_conflict",
    kinds,
    message: /temperature[`'"]? and [`'"]?top_p[`'"]? cannot both/i,
    sentence: ({ facts }) => `${theModel(facts)} takes \`temperature\` or \`top_p\`, not both`,
  },
  {
    code: "sampling_conflict",
    kinds,
    message: /temperature[`'"]? may only be set to 1 when thinking/i,
    sentence: () => "`temperature` cannot be set while the model thinks",
    hint: "drop `--temperature`, or use `--thinking off`",
  },
  {
    code: "sampling_not_supported",
    kinds,
    message: /[`'"]?(temperature|top_p|top_k)[`'"]? is (?:deprecated|not supported) for this model/i,
    sentence: ({ groups, facts }) => `${theModel(facts)} does not take \`${groups[1]}\``,
    hint: "drop `--temperature`, `--top-p` and `--top-k`",
  },
  {
    code: "effort_not_supported",
    kinds,
    message: /not support effort level [`'"]?(\w+)[`'"]?(?:\. supported levels: ([\w, ]+))?/i,
    sentence: ({ groups, facts }) => `${theModel(facts)} has no effort \`${groups[1]}\``,
    hint: ({ groups }) =>
      groups[2] === undefined
        ? "use a lower `--effort`"
        : `use one of these for \`--effort\`: ${groups[2].trim()}`,
  },
  {
    code: "effort_not_supported",
    kinds,
    message: /effort [`'"]?(\w+)[`'"]? is not supported when thinking is disabled/i,
    sentence: ({ groups }) => `effort \`${groups[1]}\` needs thinking`,
    hint: "use `--effort high` or lower, or `--thinking adaptive`",
  },
  {
    code: "effort_not_supported",
    kinds,
    message: /not support the effort parameter/i,
    sentence: ({ facts }) => `${theModel(facts)} has no effort setting`,
    hint: "drop `--effort`",
  },
  {
    code: "thinking_not_supported",
    kinds,
    message: /thinking\.type\.(enabled|disabled)[`'"]? is not supported/i,
    sentence: ({ groups, facts }) =>
      groups[1]?.toLowerCase() === "enabled"
        ? `${theModel(facts)} does not take a thinking budget`
        : `${theModel(facts)} always thinks`,
    hint: ({ groups }) =>
      groups[1]?.toLowerCase() === "enabled"
        ? "use `--thinking adaptive` with `--effort`"
        : "drop `--thinking off`; `--effort low` makes it think less",
  },
  {
    code: "thinking_not_supported",
    kinds,
    message: /adaptive thinking is not supported/i,
    sentence: ({ facts }) => `${theModel(facts)} has no adaptive thinking`,
    hint: "give a budget, as in `--thinking 4096`",
  },
  {
    code: "thinking_budget_invalid",
    kinds,
    message: /max_tokens[`'"]? must be greater than [`'"]?thinking\.budget_tokens/i,
    sentence: () => "the thinking budget must be below `max_tokens`",
    hint: "raise `--max-tokens`, or lower the `--thinking` budget",
  },
  {
    code: "thinking_budget_invalid",
    kinds,
    message: /budget_tokens: input should be greater than or equal to (\d+)/i,
    sentence: ({ groups }) => `the thinking budget must be at least ${groups[1]}`,
    hint: ({ groups }) => `use \`--thinking ${groups[1]}\` or more`,
  },
  {
    code: "tool_choice_not_supported",
    kinds,
    message: /thinking may not be enabled when tool_choice forces/i,
    sentence: () => "a forced tool choice does not go with thinking",
    hint: "set `tool_choice` to `auto`, or use `--thinking off`",
  },
  {
    code: "tool_choice_not_supported",
    kinds,
    message: /tool_choice: type .*not supported/i,
    sentence: ({ facts }) => `${theModel(facts)} cannot be forced to use a tool`,
  },
  {
    code: "latency_not_supported",
    kinds,
    message: /latency performance configuration is not supported/i,
    sentence: ({ facts }) => `${theModel(facts)} has no latency-optimized mode here`,
  },
  {
    code: "service_tier_not_supported",
    kinds,
    message: /service ?tier (?:is not supported|provided is invalid)/i,
    sentence: ({ facts }) => `${theModel(facts)} does not have this service tier`,
  },
  {
    code: "count_not_supported",
    kinds,
    message: /doesn.?t support counting tokens|does not support counting tokens/i,
    sentence: ({ facts }) => `Bedrock cannot count tokens for ${theModel(facts)}`,
  },
  {
    code: "batch_too_small",
    kinds,
    message: /less records \((\d+)\) than the required minimum of: (\d+)/i,
    sentence: ({ groups }) => `the batch job has ${groups[1]} records and needs ${groups[2]}`,
  },
  {
    code: "batch_not_supported",
    kinds,
    message:
      /(?:model|inference profile).*(?:does not|doesn.?t|not) support(?:ed)? .*batch|batch inference is not supported/i,
  },
  {
    code: "logging_role_invalid",
    kinds,
    message: /failed to validate permissions for (?:log group|s3|bucket)/i,
  },
  {
    code: "content_policy",
    kinds,
    message: /blocked by content filtering|content (?:filtering )?policy/i,
    hint: "rephrase the prompt; the same request will be blocked again",
  },
  {
    code: "feature_not_on_bedrock",
    kinds: ["client", "refused"],
    message: /not available on [`'"]?anthropicbedrock/i,
  },
];

/** " at messages.3.content.1" where the service points into the request. */
function placeOf(message: string): string {
  const path = /\b(messages\.\d+(?:\.content\.\d+)?)/i.exec(message)?.[1];
  return path === undefined ? "" : ` at \`${path}\``;
}

/** What a schema check says of one field, last because every other wording is more specific. */
export const FIELD_PATTERNS: readonly Pattern[] = [
  {
    code: "structured_output_not_supported",
    kinds,
    message: /output_config\.format: extra inputs/i,
    sentence: ({ facts }) => `${theModel(facts)} has no structured output on this API`,
  },
  {
    code: "strict_tools_not_supported",
    kinds,
    message: /tools\.\d+[\w.]{0,200}\.strict: extra inputs/i,
    sentence: ({ facts }) => `${theModel(facts)} does not take strict tools on this API`,
  },
  {
    code: "field_not_permitted",
    kinds,
    message:
      /extraneous key \[([^\]]+)\] is not permitted|(?<![\w.])([\w.]+): extra inputs are not permitted/i,
    sentence: ({ groups, facts }) =>
      `${theModel(facts)} does not take the field \`${groups[1] ?? groups[2]}\` here`,
    hint: fieldHint,
  },
  {
    code: "field_not_permitted",
    kinds,
    message: /extraneous key|extra inputs are not permitted/i,
  },
  {
    code: "request_malformed",
    kinds,
    message: /required key \[([^\]]+)\] not found|(?<![\w.])([\w.]+): field required/i,
    sentence: ({ groups }) => `the request lacks the field \`${groups[1] ?? groups[2]}\``,
    hint: ({ groups }) => `add \`${groups[1] ?? groups[2]}\` to the body`,
  },
  {
    code: "request_malformed",
    kinds,
    message: /malformed input request: #\/([\w/.-]+)/i,
    sentence: ({ groups }) => `the field \`${groups[1]?.replaceAll("/", ".")}\` has a value it cannot have`,
    hint: ({ groups }) => `correct \`${groups[1]?.replaceAll("/", ".")}\``,
  },
  { code: "request_malformed", kinds, message: /malformed input request|input should be|input must be/i },
];

function fieldHint({ groups }: Match): string {
  const field = groups[1] ?? groups[2] ?? "";
  if (field === "model" || field === "stream")
    return `remove \`${field}\` from the body; \`cbr convert --to bedrock\` does it`;
  return `drop \`${field}\`, or add the \`--beta\` it needs`;
}
