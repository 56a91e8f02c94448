// Commands that change how the next messages are asked.
import { sanitize, sanitizeLine } from "../../render/sanitize.ts";
import { type Chat, change, modelName, routeOf, say, systemOf } from "./chat.ts";
import type { SlashCommand } from "./slash-command.ts";

export const SETTING_COMMANDS: readonly SlashCommand[] = [
  {
    name: "model",
    takes: "[name]",
    completes: "models",
    summary: "show or change the model",
    async run(chat, rest) {
      await (rest === "" ? routeOf(chat) : change(chat, { model: rest }));
      await showRoute(chat);
    },
  },
  {
    name: "geo",
    takes: "[geo]",
    completes: "geos",
    summary: "show or change the part of the world that requests stay in",
    async run(chat, rest) {
      await (rest === "" ? routeOf(chat) : change(chat, { geo: rest }));
      await showRoute(chat);
    },
  },
  {
    name: "system",
    takes: "[text|off]",
    summary: "show, change or remove the system prompt",
    async run(chat, rest) {
      if (rest !== "") await change(chat, { system: rest === "off" ? null : rest });
      const system = systemOf(chat);
      say(chat, system === null ? "no system prompt" : `system prompt: ${sanitize(system)}`);
    },
  },
  {
    name: "thinking",
    takes: "[mode]",
    completes: "thinking",
    summary: "show or change reasoning: tokens, adaptive, off, default",
    async run(chat, rest) {
      if (rest !== "") await change(chat, { thinking: rest === "default" ? "" : rest });
      say(chat, `thinking: ${inUse(chat, "thinking")}`);
    },
  },
  {
    name: "effort",
    takes: "[level]",
    completes: "efforts",
    summary: "show or change how much effort the model spends, or `default`",
    async run(chat, rest) {
      if (rest !== "") await change(chat, { effort: rest === "default" ? "" : rest });
      say(chat, `effort: ${inUse(chat, "effort")}`);
    },
  },
];

function inUse({ changes, settings }: Chat, name: "thinking" | "effort"): string {
  const changed = changes[name];
  return sanitizeLine((changed ?? settings[name]?.value ?? "") || "the model's default", 60);
}

async function showRoute(chat: Chat): Promise<void> {
  const route = await routeOf(chat);
  const geo = route.geo === null ? "geo unknown" : route.geo === "none" ? "no profile" : `geo ${route.geo}`;
  const facts = [modelName(route), route.modelId, geo, route.region.value];
  say(chat, [...new Set(facts)].map((fact) => sanitizeLine(fact)).join(" · "));
}
