import { confirm, requireAnswer } from "../../cli/ask.ts";
import type { Context } from "../../cli/context.ts";

/** `cbr sessions rename`. */
export async function renameSaved(
  context: Context,
  name: string,
  newName: string,
  flags: { json?: boolean },
): Promise<void> {
  const { renameSession } = await import("../../sessions/maintain.ts");
  await renameSession(await context.sessions(), name, newName);
  if (flags.json) await context.io.out.write(`${JSON.stringify({ name: newName, renamed_from: name })}\n`);
  else context.report.notice(`\`${name}\` is now \`${newName}\``);
}

/** `cbr sessions rm`. */
export async function removeSaved(
  context: Context,
  names: readonly string[],
  flags: { yes?: boolean; json?: boolean },
): Promise<void> {
  const { removeSession, warningBeforeRemoval } = await import("../../sessions/maintain.ts");
  const sessions = await context.sessions();
  for (const name of names) {
    sessions.pathOf(name);
    sessions.assertExists(name);
  }
  const what = names.length === 1 ? `the session \`${names[0]}\`` : `${names.length} sessions`;
  requireAnswer(context, flags.yes === true);
  for (const name of names) {
    const warning = warningBeforeRemoval(sessions, name);
    if (warning !== null) context.report.warn(warning.code, warning.message);
  }
  if (!(await confirm(context, `Remove ${what} for good?`, flags.yes === true))) return;
  for (const name of new Set(names)) await removeSession(sessions, name);
  if (flags.json) await context.io.out.write(`${JSON.stringify({ removed: [...new Set(names)] })}\n`);
  else context.report.notice(`removed ${what}`);
}

/** `cbr sessions repair`. */
export async function repairSaved(context: Context, name: string, flags: { json?: boolean }): Promise<void> {
  const { repairSession } = await import("../../sessions/maintain.ts");
  const repair = await repairSession(await context.sessions(), name);
  if (flags.json) return context.io.out.write(`${JSON.stringify(repair)}\n`);
  if (repair.backup === null) return context.report.notice(`\`${name}\` has no damage`);
  const dropped = repair.dropped === 1 ? "1 damaged line is" : `${repair.dropped} damaged lines are`;
  context.report.notice(`${dropped} gone from \`${name}\`; the old file is \`${repair.backup}\``);
}
