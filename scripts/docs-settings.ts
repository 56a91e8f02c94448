// docs/reference/settings.md, made from the tables the program itself uses.
import {
  DEFINITIONS,
  flagOf,
  SETTING_NAMES,
  type ValueKind,
  variableOf,
} from "../src/settings/definitions.ts";
import { OTHER_VARIABLES, SERVICE_ENDPOINTS } from "../src/settings/environment.ts";
import type { SettingName } from "../src/settings/settings.ts";

/** The reference of settings as Markdown. */
export function settingsReference(): string {
  return `# Settings

Each setting has one value and one source. Highest first: flag, \`CBR_*\` variable, \`AWS_*\` variable, config file in the
section of the profile in use, config file at the top level, AWS profile, default. \`cbr config show\` prints every setting
with its value and its source. A variable that is empty or blank counts as unset.

The config file is TOML: \`$CBR_CONFIG\`, else \`$XDG_CONFIG_HOME/cbr/config.toml\`, else \`~/.config/cbr/config.toml\`
(\`cbr config path\`). An unknown key or a bad value is an error that names file and line. A file in the working directory
is never read.

\`\`\`toml
model = "sonnet"

[profile.work]        # with --profile work, or AWS_PROFILE=work
geo = "eu"
region = "eu-west-1"

[aliases]
fast = "haiku-4.5"
\`\`\`

| Setting | Value | Default | Flag | Variables | AWS profile |
|---|---|---|---|---|---|
${SETTING_NAMES.map(settingRow).join("\n")}

${SETTING_NAMES.map((name) => `- \`${name}\`: ${DEFINITIONS[name].summary}`).join("\n")}

\`profile\` is chosen by flag or variable, never in the file. \`--global\` is \`--geo global\`, \`--json\` is
\`--output-format json\`. \`[aliases]\` gives names to model ids and ARNs.

The region comes after all these from a short-term Bedrock API key, which works in one region only, then from the AWS
profile.

## Endpoints

\`--endpoint-url\`, \`CBR_ENDPOINT_URL\` and \`endpoint_url\` of the config file are for the command's main service. The others
are found as the AWS CLI finds them: the variable of the service, \`AWS_ENDPOINT_URL\`, the \`services\` section of the AWS
profile, its \`endpoint_url\`.

| Service | Variable | In a \`services\` section |
|---|---|---|
${Object.entries(SERVICE_ENDPOINTS)
  .map(([service, { variable, section }]) => `| ${service} | \`${variable}\` | \`${section}\` |`)
  .join("\n")}

## Other variables

| Variable | Meaning |
|---|---|
${OTHER_VARIABLES.map(([name, meaning]) => `| \`${name}\` | ${meaning} |`).join("\n")}
`;
}

function settingRow(name: SettingName): string {
  const { kind, default: value, awsVariables = [], isInAwsProfile } = DEFINITIONS[name];
  const shown = value === undefined ? "" : String(kind.type === "seconds" ? Number(value) / 1000 : value);
  const variables = [variableOf(name), ...awsVariables].map((variable) => `\`${variable}\``).join(", ");
  const flag = flagOf(name);
  return `| \`${name}\` | ${valueText(kind)} | ${shown} | ${flag ? `\`${flag}\`` : ""} | ${variables} | ${isInAwsProfile ? "yes" : ""} |`;
}

function valueText(kind: ValueKind): string {
  switch (kind.type) {
    case "choice":
      return kind.choices.map((choice) => `\`${choice}\``).join(" ");
    case "whole":
      return `whole number from ${kind.least}`;
    case "switch":
      return "`true` `false`";
    case "thinking":
      return "number of tokens, `adaptive` or `off`";
    case "decimal":
      return "number";
    case "text":
    case "seconds":
    case "region":
      return kind.type;
    case "url":
      return "URL";
    default:
      return kind satisfies never;
  }
}
