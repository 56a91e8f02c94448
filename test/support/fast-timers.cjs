// Loaded with `--require` into the program under test: timers of a minute and a little more end 58 s early. Their order
// and the time between them stay, however long the program takes to start.
const real = globalThis.setTimeout;
globalThis.setTimeout = Object.assign(
  (work, delay, ...rest) => real(work, delay >= 60_000 && delay < 70_000 ? delay - 58_000 : delay, ...rest),
  real,
);
