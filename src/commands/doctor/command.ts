// cbr doctor: every link of the chain from this machine to Claude, checked and explained.
import { Command } from "commander";
import type { Context } from "../../cli/context.ts";
import { startSpinner } from "../../cli/spinner.ts";
import { ExitCode } from "../../core/errors.ts";
import { controlChecks } from "./bedrock-checks.ts";
import { credentialsCheck, identityCheck } from "./credentials-checks.ts";
import { type Check, examine, type Finding, firstFailure } from "./examine.ts";
import { certificatesCheck, localChecks, modelCheck } from "./local-checks.ts";
import { networkChecks } from "./network-checks.ts";
import { doctorText } from "./render.ts";
import { type DoctorFlags, openScene, type Scene } from "./scene.ts";

/** For all checks together, where no `timeout` is set. */
const DEADLINE_MS = 10_000;

export function doctorCommand(context: Context): Command {
  return new Command("doctor")
    .description("check every link of the chain from this machine to Claude, and say what is broken")
    .option("--offline", "only what needs no network")
    .option("--invoke", "send one tiny request to the default model as well")
    .option("-m, --model <model>", "the model to look at, in place of the default one")
    .option("--geo <geo>", "inference profile: global, us, eu, jp, au, in, apac, us-gov or none")
    .option("--global", "the same as `--geo global`")
    .option("--json", "print JSON")
    .action(async (_options: unknown, command: Command) => {
      await doctor(context, command.optsWithGlobals<DoctorFlags>());
    });
}

async function doctor(context: Context, flags: DoctorFlags): Promise<void> {
  const spinner = startSpinner(context, "looking at every link");
  let findings: Finding[];
  try {
    const scene = await openScene(context, flags);
    findings = await examine(chain(scene), { signal: context.signal, deadline: deadlineOf(scene) });
  } finally {
    spinner.stop();
  }
  const shown = findings.map((finding) => redacted(finding, context));
  const culprit = firstFailure(shown);
  const exitCode = culprit === null ? ExitCode.ok : (culprit.exitCode ?? ExitCode.bug);
  context.exitCode = exitCode;
  const { out } = context.io;
  await out.write(flags.json ? `${JSON.stringify(toJson(shown, exitCode))}\n` : doctorText(shown, out));
}

/** All checks, in the order of the chain: what comes first is the likelier cause of what comes after. */
function chain(scene: Scene): Check[] {
  const offline = scene.flags.offline ? "not with `--offline`" : null;
  return [
    ...localChecks(scene),
    certificatesCheck(scene),
    credentialsCheck(scene),
    ...networkChecks(scene, offline),
    identityCheck(scene, offline),
    modelCheck(scene),
    ...controlChecks(scene, offline),
  ];
}

function deadlineOf({ settings }: Scene): number {
  const timeout = settings?.timeout ?? null;
  return timeout === null || timeout.origin === "default" ? DEADLINE_MS : timeout.value;
}

function redacted(finding: Finding, { report }: Context): Finding {
  const { message, fix, details } = finding;
  return {
    ...finding,
    message: report.redacted(message),
    ...(fix && { fix: report.redacted(fix) }),
    ...(details && { details: details.map((detail) => report.redacted(detail)) }),
  };
}

function toJson(findings: readonly Finding[], exitCode: ExitCode) {
  const culprit = firstFailure(findings);
  return {
    ok: culprit === null,
    exit_code: exitCode,
    culprit: culprit?.name ?? null,
    checks: findings.map(({ name, status, message, fix, code, exitCode: own, details }) => ({
      name,
      status,
      message,
      fix: fix ?? null,
      ...(code !== undefined && { code }),
      ...(own !== undefined && { exit_code: own }),
      ...(details !== undefined && details.length > 0 && { details }),
    })),
  };
}
