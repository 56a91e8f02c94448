// A conversation that is not to be saved, or cannot be.
import type { Host } from "../host/host.ts";
import { type HistoryTurn, Session } from "./session.ts";

/** A session that lives as long as the program; it has a name, and no file. */
export function memorySession(name: string, host: Pick<Host, "now">): Session {
  return new Session({
    name,
    path: "",
    lock: { release() {} },
    owner: { uid: null },
    secrets: [],
    now: () => host.now(),
    onWarning() {},
    file: { fd: null, isTorn: false, size: 0, append() {}, sync: async () => {}, close() {} },
  });
}

/** What stands in `source`, in memory: for a session whose file can no longer be written. */
export async function continueInMemory(source: Session, host: Pick<Host, "now">): Promise<Session> {
  const copy = memorySession(source.name, host);
  if (source.summary !== null) {
    await copy.appendUser("(summarised)");
    copy.compact(source.summary);
  }
  for (const turn of source.history()) await copyTurn(turn, copy);
  copy.changeSettings(source.settings);
  return copy;
}

async function copyTurn({ prompt, reply }: HistoryTurn, copy: Session): Promise<void> {
  await copy.appendUser(prompt);
  if (reply === null) return;
  const { content, model, stopReason, guardrailAction, usage, cost } = reply;
  const facts = { modelId: reply.modelId ?? "", cost: cost === null ? null : { usd: cost } };
  const partial = { content, model, stopReason, guardrailAction, usage };
  if (!reply.isComplete) return copy.appendIncomplete(partial, facts, reply.error ?? "incomplete");
  await copy.appendReply(
    {
      id: null,
      requestId: null,
      text: "",
      stopSequence: null,
      stopDetails: null,
      trace: null,
      unknownEvents: 0,
      ...partial,
    },
    facts,
  );
}
