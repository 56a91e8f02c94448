// What this build is. The build replaces the names; run from source there is nothing to tell.
declare const __VERSION__: string | undefined;
declare const __COMMIT__: string | undefined;
declare const __SDK_VERSION__: string | undefined;

/** The version in package.json. */
export const VERSION = typeof __VERSION__ === "string" ? __VERSION__ : "0.0.0-source";
/** The commit it was built from, null where the build could not know. */
export const COMMIT = typeof __COMMIT__ === "string" && __COMMIT__ !== "" ? __COMMIT__ : null;
/** The version of `@aws-sdk/client-bedrock-runtime` whose wire protocol this build was tested against. */
export const SDK_VERSION = typeof __SDK_VERSION__ === "string" ? __SDK_VERSION__ : null;
