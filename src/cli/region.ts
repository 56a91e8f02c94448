import { regionsOfGeo } from "../models/geos.ts";
import type { Settings } from "../settings/settings.ts";
import type { Report } from "./report.ts";

const FALLBACK = "us-east-1";

/**
 * The region for a call that is about no model: the setting, else the first source region of the geo that is set, else
 * us-east-1, said once in a notice.
 */
export function regionOf(settings: Settings, report: Report): { value: string; source: string } {
  if (settings.region !== null) return { value: settings.region.value, source: settings.region.source };
  const geo = settings.geo?.value ?? "global";
  const value = geo === "global" || geo === "none" ? FALLBACK : (regionsOfGeo(geo)?.[0] ?? FALLBACK);
  report.notice(`no region is set: using \`${value}\`; set one with \`--region\` or \`AWS_REGION\``);
  return { value, source: settings.geo === null ? "default" : `geo ${geo}` };
}
