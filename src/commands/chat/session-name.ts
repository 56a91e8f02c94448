import { randomInt } from "node:crypto";

const QUALITIES = [
  "amber",
  "brisk",
  "calm",
  "clear",
  "copper",
  "deep",
  "early",
  "fair",
  "gentle",
  "golden",
  "green",
  "happy",
  "keen",
  "late",
  "light",
  "little",
  "lucid",
  "mellow",
  "merry",
  "mild",
  "misty",
  "noble",
  "quick",
  "quiet",
  "rapid",
  "silver",
  "small",
  "soft",
  "still",
  "sunny",
  "swift",
  "warm",
] as const;
const THINGS = [
  "bay",
  "beach",
  "bridge",
  "brook",
  "canyon",
  "cedar",
  "cloud",
  "coast",
  "creek",
  "dune",
  "field",
  "forest",
  "garden",
  "harbor",
  "hill",
  "island",
  "lake",
  "lantern",
  "maple",
  "meadow",
  "moon",
  "orchard",
  "pine",
  "pond",
  "river",
  "sail",
  "shore",
  "spring",
  "star",
  "stone",
  "valley",
  "willow",
] as const;

/** A name for a new session: the local date and time, and two words to remember it by. */
export function newSessionName(now: number): string {
  const date = new Date(now);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const words = `${QUALITIES[randomInt(QUALITIES.length)]}-${THINGS[randomInt(THINGS.length)]}`;
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}-${words}`;
}
