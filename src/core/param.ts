import { CbrError } from "./errors.ts";

/** Sets `KEY=JSON` in `body`, KEY being a path such as `thinking.budget_tokens`. Throws CbrError `bad_flag_value`. */
export function setParam(body: Record<string, unknown>, param: string): void {
  const at = param.indexOf("=");
  const path = at === -1 ? [] : param.slice(0, at).split(".");
  if (path.length === 0 || path.some((key) => key === "" || key === "__proto__")) {
    throw new CbrError("bad_flag_value", {
      message: `\`--param ${param}\` is not KEY=JSON`,
      hint: "as in `--param thinking.budget_tokens=2048`",
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(param.slice(at + 1));
  } catch {
    throw new CbrError("bad_flag_value", {
      message: `the value of \`--param ${path.join(".")}\` is not JSON`,
      hint: "text needs its own quotes: `--param 'metadata.user_id=\"me\"'`",
    });
  }
  let target = body;
  for (const key of path.slice(0, -1)) {
    const next = Object.hasOwn(target, key) ? target[key] : undefined;
    if (typeof next !== "object" || next === null) target[key] = {};
    target = target[key] as Record<string, unknown>;
  }
  target[path.at(-1) as string] = value;
}
