// The AWS CLI's files, read by the SDK's own reader so that both understand them alike.
import { loadSharedConfigFiles } from "@smithy/shared-ini-file-loader";

type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The sections of both files by name: profiles without `profile`, others as `services.NAME`. A file that cannot be read has none. */
export async function readAwsFiles(paths: {
  config: string;
  credentials: string;
}): Promise<{ config: Sections; credentials: Sections }> {
  const files = await loadSharedConfigFiles({ configFilepath: paths.config, filepath: paths.credentials });
  return { config: sectionsOf(files.configFile), credentials: sectionsOf(files.credentialsFile) };
}

function sectionsOf(file: Record<string, Record<string, string | undefined>>): Sections {
  return new Map(
    Object.entries(file).map(([name, keys]) => [
      name,
      new Map(Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    ]),
  );
}
