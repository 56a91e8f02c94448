// cbr logging: Bedrock's model invocation logging of this account and region.
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { confirm, requireAnswer } from "../cli/ask.ts";
import type { Context } from "../cli/context.ts";
import { regionOf } from "../cli/region.ts";
import { startSpinner } from "../cli/spinner.ts";
import type { CallOptions, ControlPlane, LoggingConfig } from "../core/control-plane.ts";
import { CbrError } from "../core/errors.ts";
import { addedKinds, loggedKinds, planLogging, s3Url } from "../core/logging-plan.ts";
import { renderFields } from "../render/fields.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import type { Settings } from "../settings/settings.ts";

type ChangeFlags = { json?: boolean; yes?: boolean };
type EnableFlags = ChangeFlags & { s3?: string; cloudwatch?: string; role?: string; kinds?: string };

/** IAM may take this long to tell Bedrock of a new role. */
const PROPAGATION_LIMIT_MS = 120_000;

export function loggingCommand(context: Context): Command {
  return new Command("logging")
    .description("model invocation logging of this account and region")
    .addCommand(showCommand(context))
    .addCommand(enableCommand(context))
    .addCommand(disableCommand(context));
}

function showCommand(context: Context): Command {
  return new Command("show")
    .description("show where invocations are logged")
    .option("--json", "print JSON")
    .action(async (_options: unknown, command: Command) => {
      const flags = command.optsWithGlobals<ChangeFlags>();
      await withControl(context, await context.settings(flags), async (control, options) => {
        const config = await control.getLogging(options);
        const { out } = context.io;
        const text = flags.json
          ? `${JSON.stringify({ region: control.region, enabled: config !== null, loggingConfig: config })}\n`
          : renderFields(out, [["region", control.region], ...fieldsOf(config)]);
        await out.write(text);
      });
    });
}

function enableCommand(context: Context): Command {
  return new Command("enable")
    .description("log invocations to S3, CloudWatch Logs or both; destinations already set are kept")
    .option("--s3 <url>", "bucket and prefix, such as `s3://my-bucket/bedrock`")
    .option("--cloudwatch <group>", "log group; it must exist")
    .option("--role <arn>", "role that Bedrock writes to the log group with")
    .option("--kinds <list>", "which data: text, image, embedding, video, audio (default all)")
    .option("--yes", "do not ask")
    .option("--json", "print JSON")
    .action(async (_options: unknown, command: Command) => {
      const flags = command.optsWithGlobals<EnableFlags>();
      const settings = await context.settings(flags);
      planLogging(ANY_DESTINATION, flags);
      requireAnswer(context, flags.yes === true);
      await withControl(context, settings, async (control, options) => {
        const before = await control.getLogging(options);
        const after = planLogging(before, flags);
        warnOfMore(context, flags, before, after);
        await change(context, control, flags, before, after, () =>
          putWithPatience(context, settings, control, after),
        );
      });
    });
}

/** All kinds is the default, also where fewer are logged: whoever only adds a destination is told. */
function warnOfMore(
  context: Context,
  flags: EnableFlags,
  before: LoggingConfig | null,
  after: LoggingConfig,
): void {
  const added = flags.kinds === undefined ? addedKinds(before, after) : [];
  if (before === null || added.length === 0) return;
  const kept = loggedKinds(before).join(",");
  context.report.warn(
    "logging_more_kinds",
    `without \`--kinds\` all are logged, ${added.join(", ")} too; \`--kinds ${kept}\` keeps what is logged now`,
  );
}

function disableCommand(context: Context): Command {
  return new Command("disable")
    .description("stop logging invocations; what was logged stays")
    .option("--yes", "do not ask")
    .option("--json", "print JSON")
    .action(async (_options: unknown, command: Command) => {
      const flags = command.optsWithGlobals<ChangeFlags>();
      requireAnswer(context, flags.yes === true);
      await withControl(context, await context.settings(flags), async (control, options) => {
        const before = await control.getLogging(options);
        await change(context, control, flags, before, null, () => control.deleteLogging(options));
      });
    });
}

/** Stands for any destination already set: what is typed is checked against it before AWS is asked. */
const ANY_DESTINATION: LoggingConfig = {
  s3Config: { bucketName: "any" },
  cloudWatchConfig: { logGroupName: "any", roleArn: "arn:aws:iam::000000000000:role/any" },
};

async function withControl(
  context: Context,
  settings: Settings,
  work: (control: ControlPlane, options: CallOptions) => Promise<void>,
): Promise<void> {
  const control = await context.controlPlane(settings, regionOf(settings, context.report).value);
  try {
    await work(control, {
      signal: context.signal,
      onNotice: (notice) => context.report.notice(notice.message),
    });
  } finally {
    control.close();
  }
}

/** Shows the change, asks, makes it, and prints what AWS then says. */
async function change(
  context: Context,
  control: ControlPlane,
  flags: ChangeFlags,
  before: LoggingConfig | null,
  after: LoggingConfig | null,
  make: () => Promise<void>,
): Promise<void> {
  const isChanged = isDifferent(before, after);
  if (isChanged) {
    context.report.line(`model invocation logging in ${control.region}`);
    context.report.line(`  before: ${summary(before)}`);
    context.report.line(`  after:  ${summary(after)}`);
    if (!(await confirm(context, "Change it?", flags.yes === true))) {
      context.report.notice("nothing was changed");
      return;
    }
    await make();
  } else {
    context.report.notice("it is so already; nothing was changed");
  }
  const now = isChanged ? await control.getLogging({ signal: context.signal }) : before;
  const { out } = context.io;
  await out.write(
    flags.json
      ? `${JSON.stringify({ region: control.region, changed: isChanged, before, after: now, enabled: now !== null, loggingConfig: now })}\n`
      : renderFields(out, [["region", control.region], ...fieldsOf(now)]),
  );
}

/** Puts the configuration, and again while Bedrock does not know the role yet. */
async function putWithPatience(
  context: Context,
  settings: Settings,
  control: ControlPlane,
  config: LoggingConfig,
): Promise<void> {
  const limit = Math.min(PROPAGATION_LIMIT_MS, settings.timeout?.value || PROPAGATION_LIMIT_MS);
  const end = context.host.elapsed() + limit;
  const spinner = startSpinner(context, "enabling");
  try {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 15_000)) {
      try {
        return await control.putLogging(config, { signal: context.signal });
      } catch (error) {
        if (!isRoleUnknown(error) || context.host.elapsed() + wait > end) throw error;
        context.report.notice(
          `Bedrock cannot use the role yet (a new one takes a while); asking again in ${wait / 1000} s`,
        );
        await sleep(wait, undefined, { signal: context.signal });
      }
    }
  } finally {
    spinner.stop();
  }
}

function isRoleUnknown(error: unknown): boolean {
  return error instanceof CbrError && /failed to validate permissions for log group/i.test(error.message);
}

function isDifferent(before: LoggingConfig | null, after: LoggingConfig | null): boolean {
  if (before === null || after === null) return before !== after;
  return summary(before) !== summary(after);
}

function summary(config: LoggingConfig | null): string {
  return sanitizeLine(
    fieldsOf(config)
      .flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]))
      .join(", "),
  );
}

function fieldsOf(config: LoggingConfig | null): [string, string | null][] {
  if (config === null) return [["logging", "off"]];
  const { cloudWatchConfig: cloudWatch } = config;
  return [
    ["logging", "on"],
    ["s3", s3Url(config.s3Config)],
    ["cloudwatch", cloudWatch?.logGroupName ?? null],
    ["role", cloudWatch?.roleArn ?? null],
    ["large data", s3Url(cloudWatch?.largeDataDeliveryS3Config)],
    ["kinds", loggedKinds(config).join(",") || "none"],
  ];
}
