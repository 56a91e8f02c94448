// Builds the Context. Every import of a heavy package is here, lazy, behind a function.

import type { Login } from "./bedrock/credentials.ts";
import type { Context } from "./cli/context.ts";
import type { Report } from "./cli/report.ts";
import type { Claude } from "./core/claude.ts";
import { CbrError, ExitCode, Interrupted } from "./core/errors.ts";
import type { Host } from "./host/host.ts";
import type { IOStreams } from "./host/streams.ts";
import { sanitizeLine } from "./render/sanitize.ts";
import type { Settings } from "./settings/settings.ts";

const SIGNAL_CODES = { SIGINT: ExitCode.interrupted, SIGTERM: ExitCode.terminated, SIGHUP: ExitCode.hangup };

/** Connects the parts for one run of the program. `stop` is aborted by signals; `cleanUps` run at the end. */
export function wire(
  host: Host,
  io: IOStreams,
  report: Report,
  stop: AbortController,
  cleanUps: (() => void | Promise<void>)[],
): Context {
  const takers: { handler: (cause: Interrupted) => void; signals: readonly string[] }[] = [];
  let isStopping = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    host.onSignal(signal, () => {
      const cause = new Interrupted(signal);
      const taker = takers.findLast(({ signals }) => signals.includes(signal));
      if (taker) return taker.handler(cause);
      if (isStopping) host.exitNow(SIGNAL_CODES[signal]);
      isStopping = true;
      stop.abort(cause);
    });
  }
  const askMfa = async (serial: string) => {
    if (!io.canAsk) {
      throw new CbrError("mfa_required", { message: `the profile needs an MFA code of \`${serial}\`` });
    }
    const { askLine } = await import("./cli/ask.ts");
    return askLine({ host, io, report, signal: stop.signal }, `MFA code of ${sanitizeLine(serial)}: `);
  };
  const refused = new Set<string>();
  const offerLogin = async ({ words, reason }: Login) => {
    const command = `aws ${words.join(" ")}`;
    const { findAwsCli, runAwsCli } = await import("./cli/aws-cli.ts");
    const path = await findAwsCli(host);
    if (path === null || refused.has(command)) return false;
    const { confirm } = await import("./cli/ask.ts");
    report.line(sanitizeLine(reason));
    const question = `Run \`${sanitizeLine(command)}\` now?`;
    const isDone =
      (await confirm({ host, io, report, signal: stop.signal }, question, false)) &&
      (await runAwsCli(path, words, host)) === 0;
    if (!isDone) refused.add(command);
    return isDone;
  };
  const people = () => ({
    askMfa,
    offerLogin: io.canAsk ? offerLogin : undefined,
    trace: report.isDebug ? (text: string) => report.debug(text) : undefined,
  });
  const said = new Set<string>();
  const say = (kind: "warning" | "notice" | "verbose", code: string, message: string) => {
    // The notice names an endpoint with its source: more than `-v` would say of it.
    const isNamed = code === "endpoint" && [...said].some((earlier) => earlier.startsWith(`${message} (`));
    if (said.has(message) || (isNamed && !report.isQuiet)) return;
    said.add(message);
    if (kind === "warning") report.warn(code, message);
    else report[kind](message);
  };
  const connections = new Map<string, { settings: Settings; claude: Promise<Claude> }>();
  return {
    host,
    io,
    report,
    signal: stop.signal,
    exitCode: ExitCode.ok,
    onInterrupt(handler, signals = ["SIGINT"]) {
      const taker = { handler, signals };
      takers.push(taker);
      return () => takers.splice(takers.indexOf(taker), 1);
    },
    onExit(cleanUp) {
      cleanUps.push(cleanUp);
    },
    async settings(flags) {
      const { loadSettings } = await import("./settings/load.ts");
      const settings = await loadSettings(flags, host, report, async (paths) =>
        (await import("./bedrock/aws-files.ts")).readAwsFiles(paths),
      );
      if (settings.color !== null) io.setColor(settings.color.value);
      if (settings.error_format !== null) report.errorFormat = settings.error_format.value;
      return settings;
    },
    claude(settings, region) {
      const known = connections.get(region);
      if (known?.settings === settings) return known.claude;
      const claude = Promise.all([
        import("./bedrock/connect.ts"),
        settings.bearer === null ? null : import("./settings/key-expiry.ts"),
      ]).then(([{ connect }, key]) => {
        key?.refuseExpiredKey(settings, host.now());
        return connect({ host, settings, region, ...people(), say });
      });
      connections.set(region, { settings, claude });
      return claude;
    },
    async sessions() {
      const { Sessions } = await import("./sessions/sessions.ts");
      return new Sessions(host, report);
    },
    async controlPlane(settings, region) {
      const { openControlPlane } = await import("./bedrock/control-plane.ts");
      return openControlPlane({ host, settings, region, ...people(), say });
    },
    async identity(settings, region) {
      const { openIdentity } = await import("./bedrock/identity.ts");
      return openIdentity({ host, settings, region, ...people(), say });
    },
    async diagnosis(settings, region, api) {
      const { openDiagnosis } = await import("./bedrock/diagnosis.ts");
      // What there is to say is among the findings.
      return openDiagnosis({ host, settings, region, api, say: () => {} });
    },
    async localBedrock() {
      const { openLocalBedrock } = await import("./mock/local.ts");
      return openLocalBedrock(host);
    },
  };
}
