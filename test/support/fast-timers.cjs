// Loaded with `--require` into the program under test: timers of ten seconds and more run out two hundred times as fast.
const real = globalThis.setTimeout;
globalThis.setTimeout = Object.assign(
  (work, delay, ...rest) => real(work, delay >= 10_000 ? delay / 200 : delay, ...rest),
  real,
);
