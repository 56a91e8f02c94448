#!/usr/bin/env node
// The only file that must parse on any Node: it says which Node is needed before loading what needs it.
"use strict";
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`cbr: Node ${process.versions.node} is too old\nhint: install Node 20.19 or later\n`);
  process.exitCode = 1;
} else {
  start().then(
    ({ code, host }) => {
      process.exitCode = code;
      // Taking down the heap piece by piece, as Node does otherwise, is for nothing.
      if (host.hasLetGo()) process.exit();
      // Everything is written by now. What still holds the event loop (a hung credential process, a silent pipe) must not hold the user.
      setTimeout(() => process.exit(), 100).unref();
    },
    (error) => {
      // Only loading can fail: no file descriptors left, or a broken installation.
      process.stderr.write(`cbr: the program cannot be loaded: ${error.message.split("\n", 1)[0]}\n`);
      process.exitCode = 1;
    },
  );
}

async function start() {
  const { load, save } = require("./load.js").loader();
  const chunks = load("start.js");
  const { main } = chunks.load("main.js");
  const { systemHost } = chunks.load("system.js");
  const host = systemHost();
  const code = await main(host);
  save();
  return { code, host };
}
