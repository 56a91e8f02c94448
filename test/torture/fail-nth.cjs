// Loaded with `--require` into the program under test: the Nth call of the file system, the network, a timer or a child
// process fails, as CBR_TORTURE_N says. With N=0 nothing fails and the number of calls is written to CBR_TORTURE_COUNT.
const fs = require("node:fs");
const net = require("node:net");
const dns = require("node:dns");
const { syncBuiltinESMExports } = require("node:module");

const wanted = Number(process.env.CBR_TORTURE_N);
const countTo = process.env.CBR_TORTURE_COUNT;
delete process.env.CBR_TORTURE_N;
delete process.env.CBR_TORTURE_COUNT;
const { appendFileSync, writeFileSync } = fs;
let count = 0;
let isOurs = false;
let isStarted = false;
const isNow = (name) => {
  if (isOurs) return false;
  // Before that it is Node alone that runs, and fails in words of its own.
  isStarted ||= /bin[/\\]cbr\.js/.test(new Error().stack);
  if (!isStarted) return false;
  count++;
  if (countTo && wanted === count) {
    isOurs = true;
    appendFileSync(countTo, `${name}\n`);
    isOurs = false;
  }
  return count === wanted;
};
const failure = (name) =>
  Object.assign(new Error(`EIO: i/o error, ${name}`), { code: "EIO", errno: -5, syscall: name });

function breakSync(object, name) {
  const real = object[name];
  if (typeof real !== "function") return;
  object[name] = Object.assign(function (...args) {
    if (isNow(name)) throw failure(name);
    return real.apply(this, args);
  }, real);
}

function breakCallback(object, name) {
  const real = object[name];
  object[name] = Object.assign(function (...args) {
    const done = args.at(-1);
    if (typeof done === "function" && isNow(name)) return void process.nextTick(done, failure(name));
    return real.apply(this, args);
  }, real);
}

function breakPromise(object, name) {
  const real = object[name];
  object[name] = async function (...args) {
    if (isNow(name)) throw failure(name);
    return real.apply(this, args);
  };
}

const FS = [
  "open",
  "read",
  "write",
  "close",
  "stat",
  "lstat",
  "fstat",
  "readFile",
  "writeFile",
  "mkdir",
  "rename",
];
const MORE = [
  "fsync",
  "fdatasync",
  "fchmod",
  "chmod",
  "readdir",
  "unlink",
  "rm",
  "access",
  "realpath",
  "ftruncate",
  "link",
];
for (const name of [...FS, ...MORE]) {
  breakSync(fs, `${name}Sync`);
  if (typeof fs[name] === "function") breakCallback(fs, name);
  if (typeof fs.promises[name] === "function") breakPromise(fs.promises, name);
}
breakCallback(dns, "lookup");
const { Socket } = net;
for (const name of ["connect", "write", "end"]) {
  const real = Socket.prototype[name];
  Socket.prototype[name] = function (...args) {
    if (isNow(`socket ${name}`)) {
      process.nextTick(() => this.destroy(failure(name)));
      return name === "write" ? false : this;
    }
    return real.apply(this, args);
  };
}
const realPush = Socket.prototype.push;
Socket.prototype.push = function (chunk, ...rest) {
  if (chunk !== null && this.remotePort && isNow("socket read")) {
    process.nextTick(() => this.destroy(failure("read")));
    return false;
  }
  return realPush.call(this, chunk, ...rest);
};
const realTimeout = globalThis.setTimeout;
globalThis.setTimeout = Object.assign(
  // A timer that fails is one that runs out at once: clocks jump.
  (work, delay, ...rest) => realTimeout(work, isNow("timer") ? 0 : delay, ...rest),
  realTimeout,
);
syncBuiltinESMExports();
process.on("exit", () => {
  isOurs = true;
  if (countTo && wanted === 0) writeFileSync(countTo, String(count));
});
