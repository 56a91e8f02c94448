import { buildProgram } from "../../scripts/build.ts";

/** Builds the program once, before any test drives it. */
export default async function setup(): Promise<void> {
  if (process.env["CBR_TEST_NO_BUILD"] === undefined) await buildProgram();
}
