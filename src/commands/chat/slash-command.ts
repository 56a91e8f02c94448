import type { Chat } from "./chat.ts";

/** What Tab offers after a command. */
export type Completes = "models" | "geos" | "efforts" | "thinking" | "commands" | "sessions" | "paths";

/** One `/command`: the only place that knows its name, its help and what it does. */
export interface SlashCommand {
  name: string;
  /** What may follow, for help; none: nothing may. */
  takes?: string;
  completes?: Completes;
  summary: string;
  /** `rest` is what followed, without blanks around it. Throws CbrError. */
  run(chat: Chat, rest: string): void | Promise<void>;
}
