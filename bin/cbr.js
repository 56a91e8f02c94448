#!/usr/bin/env node
// The only file that must parse on any Node: it says which Node is needed before loading what needs it.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`cbr: Node ${process.versions.node} is too old\nhint: install Node 20.19 or later\n`);
  process.exitCode = 1;
} else {
  const [{ main }, { systemHost }] = await Promise.all([
    import("../dist/main.js"),
    import("../dist/system.js"),
  ]);
  process.exitCode = await main(systemHost());
  // Everything is written by now. What still holds the event loop (a hung credential process, a silent pipe) must not hold the user.
  setTimeout(() => process.exit(), 100).unref();
}
