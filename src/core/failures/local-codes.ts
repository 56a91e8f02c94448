// What fails on this machine, and what the user's own guards stop.
import { row } from "./row.ts";

export const LOCAL_CODES = {
  internal_error: row(
    1,
    "a bug in cbr",
    "the program did something its authors did not foresee",
    "run again with `--debug` and report it",
  ),
  output_failed: row(
    11,
    "the output cannot be written",
    "the disk is full, or the descriptor is closed",
    "free some space, or choose another place",
  ),
  session_write_failed: row(
    11,
    "the session cannot be written",
    "the disk is full, or the directory is not writable",
    "free some space, or set `XDG_STATE_HOME`",
  ),
  file_write_failed: row(11, "the file cannot be written", "the disk is full, or permission is denied", null),
  unsafe_path: row(
    11,
    "refusing to write there",
    "the path is a symbolic link, or belongs to someone else",
    null,
  ),
  session_busy: row(
    12,
    "the session is in use by another process",
    "one process at a time writes a session",
    "wait, or use another session or `--fork`",
    true,
  ),
  max_cost: row(
    13,
    "the call could cost more than `--max-cost`",
    "counted input and max_tokens at list price",
    "raise `--max-cost`, or lower `--max-tokens`",
  ),
  geo_guard: row(
    13,
    "the request would leave the geo that is set",
    "`geo` in the config file or `CBR_GEO` is a guard",
    "say `--geo` on the command line to allow it",
  ),
  hangup: row(129, "stopped by SIGHUP", "the terminal was closed", null, true),
  interrupted: row(130, "stopped by SIGINT", "Ctrl-C", null, true),
  terminated: row(143, "stopped by SIGTERM", "`kill`, `timeout`, or the end of a CI job", null, true),
} as const;
