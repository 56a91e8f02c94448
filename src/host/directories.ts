// Making a directory with its parents. Node's own `recursive` never returns below /proc, where a directory exists and
// cannot be written into (nodejs/node#31481 and its kin): a state directory pointed there by mistake must be an error.
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Makes `path` and what is missing above it, for its owner only; nothing where it exists. Throws the system's error. */
export function makePrivateDirectory(path: string): void {
  if (isDirectory(path)) return;
  const parent = dirname(path);
  if (parent !== path) makePrivateDirectory(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !isDirectory(path)) throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
