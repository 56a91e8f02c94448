// Answers that did not finish, or cannot be used.
import { row } from "./row.ts";

export const REPLY_CODES = {
  incomplete: row(
    8,
    "the answer began and did not finish",
    "the stream ended without its stop event",
    "what came is not a whole answer; run it again",
    true,
  ),
  stream_corrupt: row(
    8,
    "the answer was damaged on the way",
    "a checksum or frame was wrong",
    "run it again",
    true,
  ),
  stream_stalled: row(
    8,
    "the answer stopped coming",
    "nothing came for the idle timeout",
    "run it again, or raise `--idle-timeout`",
    true,
  ),
  stream_error: row(
    8,
    "Bedrock broke off the answer",
    "the service reported an error inside the stream",
    "run it again",
    true,
  ),
  refusal: row(9, "Claude refused", "the request was declined", "rephrase the prompt"),
  guardrail_intervened: row(
    9,
    "the guardrail intervened",
    "the prompt or the answer matched a policy",
    "see the guardrail's trace with `--trace`",
  ),
  context_window_exceeded: row(
    9,
    "the context window is full",
    "input and answer together reached the model's limit",
    "shorten the prompt",
  ),
  unknown_stop_reason: row(
    9,
    "the answer ended for a reason this version does not know",
    "the service is newer than cbr",
    "upgrade cbr",
  ),
  empty_answer: row(9, "the answer is empty", "the model finished without saying anything", null),
  schema_mismatch: row(
    9,
    "the answer does not match the schema",
    "validation failed, also after one repair",
    null,
  ),
  cut_at_max_tokens: row(
    9,
    "the answer was cut at max_tokens",
    "`--strict` makes this an error",
    "raise `--max-tokens`",
  ),
  no_code_block: row(9, "the answer has no fenced code block", "`--extract` prints the first one", null),
  malformed_output: row(
    9,
    "the model's output was malformed",
    "the service could not read what the model said",
    "try again",
    true,
  ),
} as const;
