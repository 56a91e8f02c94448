import type { Host } from "../../host/host.ts";
import type { OutputStream } from "../../host/streams.ts";
import type { Renderer } from "../reply.ts";
import { markdownRenderer } from "./renderer.ts";

/** The answer's text as styled Markdown while it comes, for a terminal; what is shown is never written again. */
export function markdownReply(out: OutputStream, env: Host["env"]): Renderer {
  const markdown = markdownRenderer({
    width: () => out.width,
    color: out.color,
    hyperlinks: out.hasColor && opensLinks(env),
  });
  return {
    event: async (event) => (event.type === "text-delta" ? out.write(markdown.push(event.text)) : undefined),
    end: () => out.write(markdown.end()),
  };
}

/** Is this a terminal known to open links that are marked by OSC 8? Others may print the mark. */
function opensLinks(env: Host["env"]): boolean {
  const program = env["TERM_PROGRAM"] ?? "";
  return (
    ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper"].includes(program) ||
    Number(env["VTE_VERSION"] ?? 0) >= 5000 ||
    env["WT_SESSION"] !== undefined ||
    /kitty|ghostty|foot|alacritty/.test(env["TERM"] ?? "")
  );
}
