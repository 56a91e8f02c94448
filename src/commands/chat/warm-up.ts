// What a chat does while the next line is awaited.
import { loadSpinner } from "../../cli/spinner.ts";
import { whileWaiting } from "../../cli/while-waiting.ts";
import { type Chat, routeOf } from "./chat.ts";
import { loadRenderers } from "./show.ts";

/** The result of `reading`; where that takes its time, a connection is opened and what shows an answer is loaded meanwhile. */
export function warmWhile<T>(chat: Chat, reading: Promise<T>): Promise<T> {
  return whileWaiting(reading, async () => {
    try {
      const route = await routeOf(chat);
      await (await chat.context.claude(chat.settings, route.region.value)).warmUp(route.api);
    } catch {
      // said when there is something to send
    }
    await loadSpinner(chat.context);
    await loadRenderers(chat);
  });
}
