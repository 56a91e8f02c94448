// cbr access request: makes what is missing, each change shown first, and waits until AWS has taken it in.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { askLine, confirm } from "../../cli/ask.ts";
import type { Context } from "../../cli/context.ts";
import { regionOf } from "../../cli/region.ts";
import { startSpinner } from "../../cli/spinner.ts";
import type { ControlPlane, UseCaseForm } from "../../core/control-plane.ts";
import { CbrError } from "../../core/errors.ts";
import { FORM_FIELDS, parseForm, problemWith } from "../../core/use-case-form.ts";
import { sanitizeLine } from "../../render/sanitize.ts";
import type { Settings } from "../../settings/settings.ts";
import { isRetentionEnough } from "../models/verdict.ts";
import { accessJson } from "./show.ts";
import { type AccessState, accessState, optionsOf, type Subject, subjectOf } from "./state.ts";

type RequestFlags = { json?: boolean; yes?: boolean; form?: string };

/** A subscription takes up to fifteen minutes; nobody should have to watch it longer than this. */
const WAIT_LIMIT_MS = 300_000;

interface Change {
  what: string;
  before: string;
  after: string;
  make(): Promise<void>;
}

export function requestCommand(context: Context): Command {
  return new Command("request")
    .description("make what a model asks for: use-case form, agreement, data-retention mode")
    .argument("<model>", "alias, base id, inference profile id or ARN")
    .option("--form <file>", "JSON file with the use-case form's answers")
    .option("--yes", "do not ask")
    .option("--json", "print JSON")
    .action(async (typed: string, _options: unknown, command: Command) => {
      const flags = command.optsWithGlobals<RequestFlags>();
      const settings = await context.settings(flags);
      const subject = subjectOf(typed, settings);
      const given = flags.form === undefined ? null : await readForm(context, flags.form);
      const control = await context.controlPlane(settings, regionOf(settings, context.report).value);
      try {
        await request(context, settings, control, subject, given, flags);
      } finally {
        control.close();
      }
    });
}

async function request(
  context: Context,
  settings: Settings,
  control: ControlPlane,
  subject: Subject,
  given: UseCaseForm | null,
  flags: RequestFlags,
): Promise<void> {
  const state = await accessState(control, context, subject);
  const changes = await plan(context, control, subject, state, given);
  let now = state;
  if (changes.length === 0) {
    context.report.notice(`nothing is missing for ${subject.name}`);
  } else {
    context.report.line(`access to ${subject.name} in ${control.region}`);
    for (const { what, before, after } of changes) {
      context.report.line(`  ${sanitizeLine(`${what}: ${before} -> ${after}`)}`);
    }
    if (!(await confirm(context, "Make these changes?", flags.yes === true))) {
      context.report.notice("nothing was changed");
      return;
    }
    for (const change of changes) await change.make();
    await untilAgreed(context, settings, control, subject);
    now = await accessState(control, context, subject);
  }
  const changed = changes.map(({ what, before, after }) => ({ what, before, after }));
  const text = flags.json
    ? JSON.stringify({ ...accessJson(subject, control.region, now), changes: changed })
    : `${subject.name}: agreement ${now.availability.agreement.status}`;
  await context.io.out.write(`${text}\n`);
}

async function plan(
  context: Context,
  control: ControlPlane,
  subject: Subject,
  { availability, form, retention, offers, unseen }: AccessState,
  given: UseCaseForm | null,
): Promise<Change[]> {
  const options = optionsOf(context);
  const changes: Change[] = [];
  if (given !== null || form?.value === null) {
    const answers = given ?? (await askForm(context));
    const company = String(answers["companyName"] ?? "");
    changes.push({
      what: "use-case form",
      before: form?.value ? "submitted" : "not submitted",
      after: `submitted by ${company}`,
      make: () => control.putUseCaseForm(answers, options),
    });
  }
  if (availability.agreement.status !== "AVAILABLE" && availability.agreement.status !== "PENDING") {
    if (unseen.offers !== undefined) throw unseen.offers;
    const [offer] = offers ?? [];
    if (offer === undefined) {
      throw new CbrError("model_access_denied", {
        message: `AWS has no offer of ${subject.name} for this account`,
        hint: "ask the account admin, or AWS Support",
      });
    }
    changes.push({
      what: `agreement (${offer.legalUrl ?? "terms not told"})`,
      before: availability.agreement.status,
      after: "AVAILABLE",
      make: () => control.createAgreement(subject.baseId, offer.token, options),
    });
  }
  const needed = subject.model?.data_retention ?? null;
  if (needed !== null && unseen.retention !== undefined) throw unseen.retention;
  if (needed !== null && retention !== null && isRetentionEnough(retention.mode, needed) === false) {
    changes.push({
      what: "data-retention mode of the whole account",
      before: retention.mode,
      after: needed,
      make: async () => {
        await control.putDataRetention(needed, options);
      },
    });
  }
  return changes;
}

async function readForm(context: Context, path: string): Promise<UseCaseForm> {
  let text: string;
  try {
    text = await readFile(resolve(context.host.cwd, path), "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : "cannot be read";
    throw new CbrError("file_unreadable", { message: `the form \`${path}\` ${reason}`, cause: error });
  }
  return parseForm(text.replace(/^\ufeff/, ""), path);
}

async function askForm(context: Context): Promise<UseCaseForm> {
  if (!context.io.canAsk) {
    throw new CbrError("confirmation_required", {
      message:
        "Anthropic's use-case form was not submitted for this account, and there is no terminal to ask on",
      hint: `give its answers with \`--form FILE\`: a JSON object with ${FORM_FIELDS.map(({ name }) => name).join(", ")}`,
    });
  }
  context.report.line("Anthropic's use-case form, which an account submits once");
  const form: UseCaseForm = {};
  for (const field of FORM_FIELDS) {
    for (;;) {
      const answer = await askLine(context, `${field.question}: `);
      const problem = problemWith(field, answer);
      form[field.name] = answer;
      if (problem === null) break;
      context.report.line(`  ${problem}`);
    }
  }
  return form;
}

/** Waits until the agreement is there; what is still pending at the end is said, not thrown. */
async function untilAgreed(
  context: Context,
  settings: Settings,
  control: ControlPlane,
  subject: Subject,
): Promise<void> {
  const limit = Math.min(WAIT_LIMIT_MS, settings.timeout?.value || WAIT_LIMIT_MS);
  const end = context.host.elapsed() + limit;
  const spinner = startSpinner(context, "waiting for AWS");
  try {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 15_000)) {
      const { agreement } = await control.getAvailability(subject.baseId, optionsOf(context));
      if (agreement.status !== "PENDING") return;
      if (context.host.elapsed() + wait > end) {
        context.report.warn(
          "subscription_pending",
          `the agreement for ${subject.name} is still being made; see \`cbr access show ${subject.typed}\` in some minutes`,
        );
        return;
      }
      await sleep(wait, undefined, { signal: context.signal });
    }
  } finally {
    spinner.stop();
  }
}
