// A conversation at a terminal: prompt, answer, prompt.
import { type Chat, routeOf } from "./chat.ts";
import { showFailure } from "./failure.ts";
import { History } from "./history.ts";
import { obey } from "./message.ts";
import { openPrompter } from "./prompter.ts";
import { showStart } from "./show.ts";
import { warmWhile } from "./warm-up.ts";

/** Talks until the person leaves. */
export async function runLoop(chat: Chat): Promise<void> {
  const { context } = chat;
  const { report, io } = context;
  const history = new History(
    context.host,
    () => chat.isSaved,
    (message) => report.verbose(message),
  );
  chat.remember = (text) => history.add(text, history.texts.show(text));
  const prompter = openPrompter(chat, history);
  // Between two turns there is nothing to stop but the conversation.
  const release = context.onInterrupt(() => {
    chat.isLeaving = true;
    prompter.cancel();
  });
  try {
    showStart(chat, await routeOf(chat));
    while (!chat.isLeaving) {
      if (!report.isQuiet) await io.err.write("\n");
      const entered = await warmWhile(chat, prompter.read());
      if (entered.type === "end") break;
      if (entered.type === "interrupt") {
        if (entered.shown.trim() === "") break;
        history.remember(entered.shown);
        continue;
      }
      if (entered.text.trim() === "") continue;
      history.add(entered.text, entered.shown);
      try {
        await obey(chat, entered.text);
      } catch (error) {
        showFailure(chat, error);
      }
    }
  } finally {
    release();
    prompter.close();
  }
}
