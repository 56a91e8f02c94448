// Where the files are that hold settings.
import { isAbsolute, join, resolve } from "node:path";
import type { Host } from "../host/host.ts";

/** The config file's path, and whether the user named it (then it must exist). A relative XDG_CONFIG_HOME does not count (XDG). */
export function configPath(host: Host): { path: string; isNamed: boolean } {
  const named = host.env["CBR_CONFIG"]?.trim();
  if (named) return { path: resolve(host.cwd, expandHome(named, host)), isNamed: true };
  const xdg = host.env["XDG_CONFIG_HOME"]?.trim();
  const base = xdg && isAbsolute(xdg) ? xdg : join(host.home, ".config");
  return { path: join(base, "cbr", "config.toml"), isNamed: false };
}

/** The AWS CLI's two files. */
export function awsPaths(host: Host): { config: string; credentials: string } {
  const at = (variable: string, name: string) => {
    const named = host.env[variable]?.trim();
    return named ? resolve(host.cwd, expandHome(named, host)) : join(host.home, ".aws", name);
  };
  return {
    config: at("AWS_CONFIG_FILE", "config"),
    credentials: at("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
  };
}

/** A path as it is shown to people: `~` for the home directory. */
export function shownPath(path: string, host: Pick<Host, "home">): string {
  const home = host.home.replace(/\/+$/, "");
  return home !== "" && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** `~/x` in the home directory; anything else as it is. */
export function expandHome(path: string, host: Pick<Host, "home">): string {
  return path.startsWith("~/") ? join(host.home, path.slice(2)) : path;
}
