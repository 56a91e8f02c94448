// Node 22.1 and later can keep compiled code on disk. Code that others could write would be code that others run here: the
// directory is the user's own, and anything odd about it means no cache.
"use strict";
const fs = require("node:fs");
const { enableCompileCache } = require("node:module");
const { join } = require("node:path");

exports.enableCompileCache = () => {
  if (enableCompileCache === undefined || process.env.NODE_COMPILE_CACHE) return;
  const base = process.env.XDG_CACHE_HOME?.startsWith("/") ? process.env.XDG_CACHE_HOME : defaultBase();
  if (base === undefined) return;
  const directory = join(base, "cbr", "compiled");
  try {
    // Not `recursive`, which never returns where the home is below /proc.
    for (const each of [base, join(base, "cbr"), directory]) {
      if (!fs.existsSync(each)) fs.mkdirSync(each, { mode: 0o700 });
    }
    const { uid, mode } = fs.lstatSync(directory);
    const isOurs = process.geteuid === undefined || (uid === process.geteuid() && (mode & 0o022) === 0);
    if (isOurs && fs.lstatSync(directory).isDirectory()) enableCompileCache(directory);
  } catch {
    // A home that is missing or read-only: the program starts a little slower.
  }
};

function defaultBase() {
  const home = process.env.HOME ?? process.env.USERPROFILE;
  return home ? join(home, ".cache") : undefined;
}
