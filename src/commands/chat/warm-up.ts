// What can be had before there is anything to send: a person types for seconds, a program thinks between two lines.
import { loadSpinner } from "../../cli/spinner.ts";
import { type Chat, routeOf } from "./chat.ts";
import { loadRenderers } from "./show.ts";

/** The prompt must not wait for it, nor need lines that are there at once any of it. */
const DELAY_MS = 20;

/** The result of `reading`; where that takes its time, a connection is opened and what shows an answer is loaded meanwhile. */
export async function warmWhile<T>(chat: Chat, reading: Promise<T>): Promise<T> {
  const timer = setTimeout(() => void warmUp(chat), DELAY_MS);
  try {
    return await reading;
  } finally {
    clearTimeout(timer);
  }
}

async function warmUp(chat: Chat): Promise<void> {
  try {
    const route = await routeOf(chat);
    await (await chat.context.claude(chat.settings, route.region.value)).warmUp();
  } catch {
    // said when there is something to send
  }
  await loadSpinner(chat.context);
  await loadRenderers(chat);
}
