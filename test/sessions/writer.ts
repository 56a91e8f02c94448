// A process that writes turns: `writer.ts STATE SESSION TAG COUNT hold|each`. Says `TAG:N` on stdout once a turn is whole.
// `hold` keeps the session open; `each` opens it for each turn and waits while another has it.
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { bench, FACTS, reply } from "./support.ts";

const [state = "", name = "", tag = "", count = "1", mode = "hold"] = process.argv.slice(2);
const { sessions } = bench({ state });

async function openWhenFree() {
  for (;;) {
    try {
      return await sessions.open(name, "create");
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error) || error.code !== "session_busy") throw error;
      await sleep(Math.random() * 10);
    }
  }
}

let session = await openWhenFree();
const sizes = [10, 300, 5_000, 70_000, 400_000];
for (let n = 0; n < Number(count); n++) {
  const padding = "·".repeat(
    sizes[Math.floor(Math.random() * (mode === "each" ? 2 : sizes.length))] as number,
  );
  await session.appendUser(`${tag}:${n} ${padding}`);
  await session.appendReply(reply(`re ${tag}:${n} ${padding}`), FACTS);
  writeSync(1, `${tag}:${n}\n`);
  if (mode !== "each") continue;
  session.close();
  session = await openWhenFree();
}
session.close();
