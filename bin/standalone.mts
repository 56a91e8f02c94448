// The entry of the standalone executable; `cbr.js` is that of the npm program.
import { systemHost } from "../src/host/system.ts";
import { main } from "../src/main.ts";

const host = systemHost();
main(host).then((code) => {
  process.exitCode = code;
  if (host.hasLetGo()) process.exit();
  // As in `cbr.js`: what still holds the event loop must not hold the user.
  setTimeout(() => process.exit(), 100).unref();
});
