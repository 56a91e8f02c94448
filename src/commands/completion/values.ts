// What the values of flags and settings may be, where they are few: what a settings row tells, and what only help says.
import { LOGGED_KINDS } from "../../core/control-plane.ts";
import { POLICY_FEATURES } from "../../core/policy.ts";
import { DEFINITIONS, flagOf, SETTING_NAMES } from "../../settings/definitions.ts";
import { EFFORT_LEVELS, type SettingName } from "../../settings/settings.ts";

const THINKING = ["adaptive", "off"];

/** Values of flags that are checked where they are used, by the flag's long name. */
const OF_FLAGS: Readonly<Record<string, readonly string[]>> = {
  "--effort": EFFORT_LEVELS,
  "--thinking": THINKING,
  "--cache": ["5m", "1h"],
  "--service-tier": ["default", "priority", "flex", "reserved"],
  "--latency": ["standard", "optimized"],
  "--dry-run": ["json", "curl", "aws", "python", "typescript"],
  "--format": ["markdown", "json"],
};

/** Flags whose value is a list, words separated by commas. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  "--features": POLICY_FEATURES,
  "--kinds": LOGGED_KINDS,
};

/** What may stand after `flag`, of which `typed` is begun; a list is offered with what it has already. */
export function valuesOfFlag(flag: string, typed: string): readonly string[] {
  const list = LISTS[flag];
  if (list !== undefined) {
    const done = typed.slice(0, typed.lastIndexOf(",") + 1);
    const has = done.split(",");
    return list.filter((word) => !has.includes(word)).map((word) => done + word);
  }
  const setting = SETTING_NAMES.find((name) => flagOf(name) === flag);
  return OF_FLAGS[flag] ?? (setting === undefined ? [] : valuesOfSetting(setting));
}

/** What `setting` may be, where that is one of a few words. */
export function valuesOfSetting(setting: SettingName): readonly string[] {
  const { kind } = DEFINITIONS[setting];
  if (kind.type === "choice") return kind.choices;
  if (kind.type === "switch") return ["true", "false"];
  if (kind.type === "thinking") return THINKING;
  return setting === "effort" ? EFFORT_LEVELS : [];
}
