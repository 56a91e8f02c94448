import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../cli/context.ts";
import { runEditor } from "../../cli/external-editor.ts";
import { CbrError } from "../../core/errors.ts";
import { decodeText } from "../../core/text.ts";

/** A message written in the user's editor, in a file that only they can read; null for an empty one. Throws CbrError. */
export async function compose(context: Context, before: string): Promise<string | null> {
  if (context.host.stdin.kind !== "terminal") {
    throw new CbrError("usage", { message: "`/edit` needs a terminal", hint: null });
  }
  const directory = await mkdtemp(join(tmpdir(), "cbr-message-"));
  const forget = () => rm(directory, { recursive: true, force: true });
  context.onExit(forget);
  try {
    const path = join(directory, "message.md");
    await writeFile(path, before === "" ? "" : `${before}\n`, { mode: 0o600 });
    await runEditor(context, path);
    const { text } = decodeText(await readFile(path), "the message");
    return text.trim() === "" ? null : text.replace(/\s+$/, "");
  } finally {
    await forget();
  }
}
