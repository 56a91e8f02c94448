// Loads dist/ with its compiled form kept on disk (V8's code cache): compiling is most of the start. Node's own compile cache
// needs 22.1, and takes longer. What is in the cache is run: its directory is the user's own, and anything odd about it means no cache.
"use strict";
const fs = require("node:fs");
const { dirname, join } = require("node:path");
const vm = require("node:vm");

const DIST = join(__dirname, "../dist");
const BLOCK = Buffer.alloc(4096);
const STALE_MS = 30 * 24 * 3600 * 1000;
const HEAD = "(function(exports,require,module,__filename,__dirname){";

/** `load` gives the exports of a file of dist/; `save`, called at the end, keeps what this run had to compile. */
exports.loader = () => {
  const cache = openCache(process.env);
  if (cache === null) return { load: (name) => require(join(DIST, name)), save() {} };
  const modules = new Map();
  const scripts = new Map();
  let isComplete = true;

  const load = (name) => {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const filename = join(DIST, name);
    const source = fs.readFileSync(filename, "latin1");
    const cachedData = cache.isNew ? undefined : read(join(cache.directory, name));
    const script = new vm.Script(`${HEAD}${source}\n})`, {
      filename,
      columnOffset: -HEAD.length,
      cachedData,
    });
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
      if (cache.isNew) return makePrivate(cache.directory);
      // All of them: by now they hold functions that earlier runs had not called.
      for (const [name, script] of scripts) write(join(cache.directory, name), script.createCachedData());
      dropStale(cache.root);
    } catch {
      // A full disk, a directory that went away: the next start is a little slower.
    }
  };
  return { load, save };
};

/** The directory for this build on this Node; null where there is to be no cache. */
function openCache(env) {
  // The second is for Node's own cache, with the same meaning; coverage wants every function compiled anew.
  if (env.NODE_COMPILE_CACHE || env.NODE_DISABLE_COMPILE_CACHE || env.NODE_V8_COVERAGE) return null;
  const base = env.XDG_CACHE_HOME?.startsWith("/") ? env.XDG_CACHE_HOME : defaultBase(env);
  if (base === undefined) return null;
  const root = join(base, "cbr", "compiled");
  try {
    const { build } = JSON.parse(fs.readFileSync(join(DIST, "package.json"), "utf8"));
    const directory = join(root, `${build}-${process.version}-${process.arch}`);
    const stat = fs.lstatSync(directory, { throwIfNoEntry: false });
    if (stat === undefined) return { root, directory, isNew: true };
    return isOurs(stat) ? { root, directory, isNew: false } : null;
  } catch {
    // A home that is none: the program starts a little slower.
    return null;
  }
}

function defaultBase(env) {
  const home = env.HOME ?? env.USERPROFILE;
  return home ? join(home, ".cache") : undefined;
}

/** Code that others could write would be code that others run here. */
function isOurs(stat) {
  return (
    stat.isDirectory() &&
    (process.geteuid === undefined || (stat.uid === process.geteuid() && (stat.mode & 0o022) === 0))
  );
}

/** With what is missing above it. Not `recursive`, which never returns where the home is below /proc. */
function makePrivate(directory) {
  if (fs.existsSync(directory)) return;
  makePrivate(dirname(directory));
  fs.mkdirSync(directory, { mode: 0o700 });
}

/** Undefined where there is nothing that V8 could take at its word, and crash on: it checks no more than the length. */
function read(path) {
  try {
    const data = fs.readFileSync(path);
    // What a machine leaves that lost its power while writing, on a disk that only said it had written.
    for (let at = 0; at < data.length; at += BLOCK.length) {
      if (data.subarray(at, at + BLOCK.length).equals(BLOCK)) return undefined;
    }
    return data;
  } catch {
    return undefined;
  }
}

/** All or nothing, also when the machine stops. */
function write(path, data) {
  const temporary = `${path}.${process.pid}.tmp`;
  const fd = fs.openSync(temporary, "wx", 0o600);
  try {
    try {
      fs.writeFileSync(fd, data);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** Other builds' and other Nodes', long unchanged. */
function dropStale(root) {
  for (const name of fs.readdirSync(root)) {
    const path = join(root, name);
    if (Date.now() - fs.lstatSync(path).mtimeMs > STALE_MS) fs.rmSync(path, { recursive: true, force: true });
  }
}
