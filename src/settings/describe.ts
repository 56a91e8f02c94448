// Settings as people and scripts see them: in the units they are written in, and without a secret.
import { readApiKey } from "../core/api-key.ts";
import { bearerToken } from "./bearer.ts";
import { DEFINITIONS, SETTING_NAMES } from "./definitions.ts";
import { ENDPOINT_SERVICES, type Settings } from "./settings.ts";

export interface SettingRow {
  name: string;
  value: string | number | boolean | null;
  source: string;
}

/**
 * Every setting with its value and its source; then, where there are any, the endpoints of single services, the aliases, and of the
 * API key its kind. Times are seconds. A setting without a value is null from `default`.
 */
export function describeSettings(settings: Settings, configPath: string): SettingRow[] {
  const rows: SettingRow[] = SETTING_NAMES.map((name) => {
    const setting = settings[name];
    if (setting === null) return { name, value: null, source: "default" };
    const isTime = DEFINITIONS[name].kind.type === "seconds";
    return { name, value: isTime ? Number(setting.value) / 1000 : setting.value, source: setting.source };
  });
  for (const service of ENDPOINT_SERVICES) {
    const endpoint = settings.endpoints[service];
    if (endpoint !== null && endpoint.source !== settings.endpoint_url?.source) {
      rows.push({ name: `endpoint_url.${service}`, value: endpoint.value, source: endpoint.source });
    }
  }
  for (const [name, value] of Object.entries(settings.aliases)) {
    rows.push({ name: `aliases.${name}`, value, source: configPath });
  }
  if (settings.bearer !== null) {
    rows.push({
      name: "api_key",
      value: readApiKey(bearerToken(settings) ?? "").kind,
      source: settings.bearer.source,
    });
  }
  return rows;
}
