#!/usr/bin/env node
// The only file that must parse on any Node: it says which Node is needed before loading what needs it.
"use strict";
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`cbr: Node ${process.versions.node} is too old\nhint: install Node 20.19 or later\n`);
  process.exitCode = 1;
} else {
  start().then(
    (code) => {
      process.exitCode = code;
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
  require("./compile-cache.js").enableCompileCache();
  const { main } = require("../dist/main.js");
  const { systemHost } = require("../dist/system.js");
  return main(systemHost());
}
