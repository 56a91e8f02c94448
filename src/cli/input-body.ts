// `--body`: a whole Messages API body as the start of a request.
import { type ParsedBody, parseBody } from "../core/convert/body.ts";
import { CbrError } from "../core/errors.ts";
import { decodeText } from "../core/text.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import type { Context } from "./context.ts";
import { readFile } from "./files.ts";
import { readStdin } from "./stdin.ts";

/** Reads and checks the body in `path`, `-` being stdin. Throws CbrError of exit code 3. */
export async function readInputBody(context: Context, path: string): Promise<ParsedBody> {
  const bytes =
    path === "-"
      ? (await readStdin(context, "for-end", context.signal)).bytes
      : await readFile(path, context.host.cwd, context.signal);
  if (bytes === null || bytes.length === 0) {
    throw new CbrError("body_invalid", {
      message: "`--body`: there is no body",
      hint: "give a JSON object with `messages`",
    });
  }
  return parseBody(decodeText(bytes, path === "-" ? "stdin" : `\`${sanitizeLine(path)}\``).text);
}
