// What was given to be sent cannot be sent.
import { row } from "./row.ts";

export const INPUT_CODES = {
  no_prompt: row(
    3,
    "no prompt given",
    "no words, no file and nothing on stdin",
    'cbr invoke "your prompt", or pipe text into it',
  ),
  file_unreadable: row(3, "a file cannot be read", "it is missing, or permission is denied", null),
  bad_script: row(
    3,
    "the mock's script cannot be used",
    "it is not JSON, or has an unknown key or a bad value",
    null,
  ),
  file_not_regular: row(
    3,
    "not a file that can be sent",
    "it is a directory, a device or a pipe nobody writes to",
    null,
  ),
  empty_file: row(3, "the file is empty", "an empty attachment is a mistake more often than not", null),
  binary_input: row(3, "the input looks binary", "it has NUL bytes and is no image or PDF", null),
  invalid_utf8: row(
    3,
    "the input is not UTF-8",
    "text must be UTF-8",
    "convert it first, for example with `iconv -t utf-8`",
  ),
  input_too_large: row(
    3,
    "the input is too large",
    "Bedrock limits the size of a request",
    "send less, or split it",
  ),
  bad_image: row(
    3,
    "the image cannot be sent",
    "its content is no png, jpeg, gif or webp, or it is too large",
    "send a png, jpeg, gif or webp of at most 5 MB and 8000 pixels a side",
  ),
  bad_document: row(
    3,
    "the document cannot be sent",
    "it is no readable PDF, is protected, or has too many pages",
    "repair, unlock or split the PDF",
  ),
  late_stdin: row(
    3,
    "stdin spoke after the prompt was sent",
    "the answer would be about something else",
    "use `--stdin` to wait for it, or `--no-stdin` to ignore it",
  ),
  prompt_too_long: row(
    3,
    "the prompt is longer than the model's context window",
    "input and `max_tokens` must fit in it",
    "shorten the prompt, or use a model with a larger window",
  ),
  request_too_large: row(
    3,
    "the request is too large",
    "the service refused its size",
    "send fewer or smaller attachments",
  ),
  body_invalid: row(3, "the request body cannot be used", "it is not JSON, or not a Messages API body", null),
  not_convertible: row(
    3,
    "the target API cannot do this",
    "the request uses a feature that the target lacks",
    "use `--lenient` to drop it with a note",
  ),
  session_version: row(
    3,
    "the session was written by a newer cbr",
    "its format is not known to this version",
    "upgrade cbr",
  ),
  session_not_found: row(3, "no such session", "nothing is saved under that name", "see `cbr sessions list`"),
  tampered_history: row(
    3,
    "the conversation cannot be sent",
    "its messages do not alternate or are damaged",
    "run `cbr sessions repair NAME`",
  ),
} as const;
