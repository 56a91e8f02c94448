// `/copy`: the system's own tool where it is at hand, else the terminal itself (OSC 52), if it is known to take it.
import { spawn } from "node:child_process";
import type { Context } from "../../cli/context.ts";
import { CbrError } from "../../core/errors.ts";
import type { Host } from "../../host/host.ts";

/** Terminals cut longer ones off, or drop them. */
const LONGEST_OSC52 = 74_000;

/** Copies `text` and says by what. Throws CbrError `bad_setting` where nothing can. */
export async function copyText(context: Context, text: string): Promise<string> {
  const { host, io } = context;
  for (const [command, ...args] of toolsFor(host)) {
    if (await pipeInto(command as string, args, text, host)) return command as string;
  }
  const encoded = Buffer.from(text).toString("base64");
  if (io.err.isTTY && takesOsc52(host.env) && encoded.length <= LONGEST_OSC52) {
    await io.err.write(`\u001b]52;c;${encoded}\u0007`);
    return "by the terminal";
  }
  throw new CbrError("bad_setting", {
    message: "there is no way to the clipboard from here",
    hint: "`/save PATH` writes the answer to a file",
  });
}

function toolsFor({ platform, env }: Host): string[][] {
  // Over SSH these tools would reach the clipboard of the other machine, if any.
  const isRemote = env["SSH_TTY"] !== undefined || env["SSH_CONNECTION"] !== undefined;
  if (isRemote) return [];
  if (platform === "darwin") return [["pbcopy"]];
  if (platform === "win32") return [["clip"]];
  const tools: string[][] = [];
  if (env["WAYLAND_DISPLAY"] !== undefined) tools.push(["wl-copy"]);
  if (env["DISPLAY"] !== undefined) tools.push(["xclip", "-selection", "clipboard"], ["xsel", "-ib"]);
  if (env["WSL_DISTRO_NAME"] !== undefined) tools.push(["clip.exe"]);
  return tools;
}

/** Others ignore it without a word, and then nothing is copied. */
function takesOsc52(env: Host["env"]): boolean {
  const names = `${env["TERM"] ?? ""} ${env["TERM_PROGRAM"] ?? ""} ${env["LC_TERMINAL"] ?? ""}`.toLowerCase();
  return /kitty|ghostty|foot|alacritty|wezterm|iterm|rio|contour|vscode/.test(names);
}

function pipeInto(command: string, args: string[], text: string, { env }: Host): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["pipe", "ignore", "ignore"], env: { ...env } });
    child.on("error", () => resolve(false));
    child.on("close", (code) => resolve(code === 0));
    child.stdin.on("error", () => {});
    child.stdin.end(text);
  });
}
