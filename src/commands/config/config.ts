// cbr config: what holds and why, and the file it can be set in.
import { Command, Option } from "commander";
import type { Context } from "../../cli/context.ts";
import { CbrError } from "../../core/errors.ts";
import { renderTable } from "../../render/table.ts";
import { DEFINITIONS, flagOf, SETTING_NAMES } from "../../settings/definitions.ts";
import { describeSettings } from "../../settings/describe.ts";
import { getKey, parseKey, setKey } from "../../settings/edit.ts";
import { readConfigText } from "../../settings/load.ts";
import { configPath, shownPath } from "../../settings/paths.ts";
import type { SettingName } from "../../settings/settings.ts";
import { writeConfig } from "../../settings/write.ts";

export function configCommand(context: Context): Command {
  const config = new Command("config").description(
    "show settings and where each comes from; change the config file",
  );
  const showing = config
    .command("show")
    .description("print every setting with its value and its source")
    .option("--json", "print JSON")
    .option("--global", "the same as `--geo global`");
  for (const option of settingFlags()) showing.addOption(option);
  showing.action((_options: unknown, command: Command) => show(context, command.optsWithGlobals()));
  config
    .command("get <key>")
    .description("print what the config file says: `model`, `profile.work.model`, `aliases.fast`")
    .action((key: string) => get(context, key));
  config
    .command("set <key> <value>")
    .description("change one key of the config file; comments stay")
    .action((key: string, value: string) => set(context, key, value));
  config
    .command("path")
    .description("print where the config file is, or would be")
    .action(() => context.io.out.write(`${configPath(context.host).path}\n`));
  config
    .command("edit")
    .description("open the config file in `$VISUAL` or `$EDITOR`, and check it before it counts")
    .action(async () => (await import("./edit.ts")).editConfig(context));
  return config;
}

/** The flags that set what `cbr invoke` asks, so that what they would do can be seen. The shared ones are everywhere. */
function settingFlags(): Option[] {
  return SETTING_NAMES.filter((name) => !SHARED.has(name)).flatMap((name) => {
    const flag = flagOf(name);
    if (flag === null) return [];
    const { kind, summary } = DEFINITIONS[name];
    const short = { model: "-m, ", system: "-s, " }[name as string] ?? "";
    return [new Option(kind.type === "switch" ? flag : `${short}${flag} <value>`, summary)];
  });
}

const SHARED: ReadonlySet<SettingName> = new Set<SettingName>([
  "profile",
  "region",
  "endpoint_url",
  "auth",
  "api_key_file",
  "ca_bundle",
  "connect_timeout",
  "timeout",
  "max_attempts",
  "color",
  "error_format",
]);

async function show(context: Context, flags: { json?: boolean }): Promise<void> {
  // `--json` is about this list, not the format of answers that the settings name.
  const { json, ...rest } = flags;
  const [settings, { DEFAULT_MODEL }] = await Promise.all([
    context.settings(rest),
    import("../../models/names.ts"),
  ]);
  if (json) context.report.errorFormat = "json";
  const path = shownPath(configPath(context.host).path, context.host);
  // A request takes this model where nothing names one; a conversation goes on with its own.
  const rows = describeSettings(settings, path).map((row) =>
    row.name === "model" && row.value === null ? { ...row, value: DEFAULT_MODEL } : row,
  );
  const text = json
    ? `${JSON.stringify(rows)}\n`
    : renderTable(
        context.io.out,
        ["SETTING", "VALUE", "SOURCE"],
        rows.map(({ name, value, source }) => [name, value === null ? "" : String(value), source]),
      );
  await context.io.out.write(text);
}

async function get(context: Context, key: string): Promise<void> {
  const path = parseKey(key);
  const { text, shown } = await readConfigText(context.host);
  const value = text === null ? null : await getKey(text, path, shown);
  if (value === null) {
    throw new CbrError("usage", {
      message: `\`${key}\` is not set in ${shown}`,
      hint: "`cbr config show` prints what holds and where it comes from",
    });
  }
  await context.io.out.write(`${value}\n`);
}

/** Somebody else may change the file between reading and writing: then it is read again. */
const ATTEMPTS = 50;

async function set(context: Context, key: string, value: string): Promise<void> {
  const path = parseKey(key);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { text, shown, path: file } = await readConfigText(context.host);
    if (await writeConfig(file, await setKey(text ?? "", path, value, shown), text)) {
      return context.report.verbose(`\`${key}\` is set in ${shown}`);
    }
  }
  throw new CbrError("file_write_failed", {
    message: "the config file is being changed by others all the time",
    hint: "try again",
  });
}
