#!/usr/bin/env node
// Starts the program, and says which Node it needs: this file must parse on any, down to the first with arrow functions.
// dist/ is loaded with its compiled form kept on disk (V8's code cache): compiling is most of the start. Node's own compile cache
// needs 22.1, and takes longer. What is in the cache is run: its directory is the user's own, and anything odd about it means no cache.
"use strict";
const STALE_MS = 30 * 24 * 3600 * 1000;

// An old Node knows none of them by these names.
const [fs, path, vm] = isOld() ? [] : [require("node:fs"), require("node:path"), require("node:vm")];
const DIST = isOld() ? "" : path.join(__dirname, "../dist");

if (isOld()) {
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

function isOld() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major < 20 || (major === 20 && minor < 19);
}

async function start() {
  const { load, save } = loader();
  const chunks = load("start.js");
  const { main } = chunks.load("main.js");
  const { systemHost } = chunks.load("system.js");
  const host = systemHost();
  const code = await main(host);
  save();
  return { code, host };
}

/** `load` gives the exports of a file of dist/; `save`, called at the end, keeps what this run had to compile. */
function loader() {
  const cache = openCache(process.env);
  if (cache === null) return { load: (name) => require(path.join(DIST, name)), save() {} };
  const modules = new Map();
  const scripts = new Map();
  let isComplete = true;

  const load = (name) => {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const filename = path.join(DIST, name);
    const source = fs.readFileSync(filename, "latin1");
    const cachedData = cache.isNew ? undefined : read(path.join(cache.directory, name));
    const script = new vm.Script(source, { filename, cachedData });
    scripts.set(name, script);
    // V8 rejects what another version of it wrote, or one with other flags.
    if (cachedData === undefined || script.cachedDataRejected) isComplete = false;
    const module = { exports: {} };
    modules.set(name, module);
    const requireFrom = (id) => (id.startsWith("./") ? load(id.slice(2)) : require(id));
    try {
      script.runInThisContext()(module.exports, requireFrom, module, filename, DIST);
    } catch (error) {
      modules.delete(name);
      throw error;
    }
    return module.exports;
  };

  const save = () => {
    // A dry run touches nothing.
    if (isComplete || process.argv.some((word) => word.startsWith("--dry-run"))) return;
    try {
      // A machine that runs the program once, as a CI job does, is spared the writing.
      if (cache.isNew) return makePrivate(cache);
      // The program was replaced while it ran: its files may be of both.
      if (buildOf() !== cache.build) return;
      // All of them: by now they hold functions that earlier runs had not called.
      for (const [name, script] of scripts)
        write(path.join(cache.directory, name), script.createCachedData());
      dropStale(cache.root);
      dropStale(cache.directory, ".tmp");
    } catch (_) {
      // A full disk, a directory that went away: the next start is a little slower.
    }
  };
  return { load, save };
}

/** The directory for this build on this Node; null where there is to be no cache. */
function openCache(env) {
  // The second is for Node's own cache, with the same meaning; coverage wants every function compiled anew.
  if (env.NODE_COMPILE_CACHE || env.NODE_DISABLE_COMPILE_CACHE || env.NODE_V8_COVERAGE) return null;
  const base = /^\//.test(env.XDG_CACHE_HOME || "") ? env.XDG_CACHE_HOME : defaultBase(env);
  // A relative one would be code of wherever somebody happens to stand.
  if (base === undefined || !path.isAbsolute(base)) return null;
  const root = path.join(base, "cbr", "compiled");
  try {
    const build = buildOf();
    const directory = path.join(root, `${build}-${process.version}-${process.arch}`);
    const stat = fs.lstatSync(directory, { throwIfNoEntry: false });
    if (stat === undefined) return { base, root, directory, build, isNew: true };
    return isOurs(stat) ? { base, root, directory, build, isNew: false } : null;
  } catch (_) {
    // A home that is none: the program starts a little slower.
    return null;
  }
}

function buildOf() {
  return JSON.parse(fs.readFileSync(path.join(DIST, "package.json"), "utf8")).build;
}

function defaultBase(env) {
  const home = env.HOME === undefined ? env.USERPROFILE : env.HOME;
  return home ? path.join(home, ".cache") : undefined;
}

/** Code that others could write would be code that others run here. */
function isOurs(stat) {
  return stat.isDirectory() && isOwn(stat) && (process.geteuid === undefined || (stat.mode & 0o022) === 0);
}

function isOwn(stat) {
  return process.geteuid === undefined || stat.uid === process.geteuid();
}

/**
 * Makes the directory and what is missing above it up to `base`, in what is the user's own: under sudo the home is another's.
 * Not `recursive`, which never returns where the home is below /proc.
 */
function makePrivate({ base, directory }) {
  const missing = [];
  let above = directory;
  while (above !== path.dirname(base) && !fs.existsSync(above)) {
    missing.unshift(above);
    above = path.dirname(above);
  }
  if (!isOwn(fs.statSync(above))) return;
  for (const each of missing) fs.mkdirSync(each, { mode: 0o700 });
}

/** Undefined where there is nothing that V8 could take at its word, and crash on: it checks no more than the length. */
function read(file) {
  try {
    const kept = fs.readFileSync(file);
    const data = kept.subarray(0, -4);
    return checksum(data) === kept.readInt32LE(data.length) ? data : undefined;
  } catch (_) {
    return undefined;
  }
}

/**
 * Over one word of each 128 bytes: disks lose sectors of 512 and more, and a power cut leaves them empty. One over every byte would
 * take longer than compiling saves, and reading words by a Buffer's methods would leave garbage enough for a collection.
 */
function checksum(data) {
  const words = new Int32Array(data.buffer, data.byteOffset, data.length >> 2);
  let sum = data.length;
  for (let at = 0; at < words.length; at += 32) sum = (Math.imul(sum, 31) + words[at]) | 0;
  return sum;
}

/** All or nothing, also when the machine stops. */
function write(file, data) {
  const trailer = Buffer.alloc(4);
  trailer.writeInt32LE(checksum(data));
  // In a container every process may have the same id.
  const temporary = `${file}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
  const fd = fs.openSync(temporary, "wx", 0o600);
  try {
    try {
      fs.writeFileSync(fd, Buffer.concat([data, trailer]));
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** What is long unchanged: other builds' and other Nodes', and what a killed process left half written. */
function dropStale(directory, ending = "") {
  for (const name of fs.readdirSync(directory)) {
    const each = path.join(directory, name);
    if (!name.endsWith(ending) || Date.now() - fs.lstatSync(each).mtimeMs < STALE_MS) continue;
    fs.rmSync(each, { recursive: true, force: true });
  }
}
