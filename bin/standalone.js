// The end of the standalone executable's first file, which the build puts behind the loader; `cbr.js` is the npm program's.
// The build has made its JIT compilers ten times as reluctant: right for a short answer, wrong for a long one.
setTimeout(() => Bun.unsafe.setJITPolicy(1), 100).unref();
const { main } = load("main.js");
const host = load("system.js").systemHost();
main(host).then((code) => {
  process.exitCode = code;
  if (host.hasLetGo()) process.exit();
  // As in `cbr.js`: what still holds the event loop must not hold the user.
  setTimeout(() => process.exit(), 100).unref();
});
