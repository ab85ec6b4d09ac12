import { invalid } from './management-error.ts';
import { stamped } from './new-version.ts';
import type { Platform } from './platform.ts';
import type { FunctionRecord, VersionRecord } from './records.ts';

/**
 * Makes a version of what `$LATEST` is now; as on Lambda, one that is like the last version is that version.
 * @param given what the caller says of it.
 * @throws ManagementError when `$LATEST` has other code than the caller thinks.
 */
export function publish(
  platform: Platform,
  record: FunctionRecord,
  given: { readonly codeSha256?: string | undefined; readonly description?: string | undefined },
): { readonly record: FunctionRecord; readonly version: VersionRecord } {
  const { latest, versions, nextVersion } = record;
  if (given.codeSha256 !== undefined && given.codeSha256 !== latest.codeSha256) {
    throw invalid(
      `CodeSHA256 (${given.codeSha256}) is different from current CodeSHA256 in $LATEST (${latest.codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  }
  const description = given.description ?? latest.description;
  const last = versions.at(-1);
  if (last !== undefined && isSame(last, { ...latest, description })) return { record, version: last };
  const version = stamped(platform, { ...latest, description, version: String(nextVersion) });
  return {
    record: { ...record, versions: [...versions, version], nextVersion: nextVersion + 1 },
    version,
  };
}

/** Whether two versions do the same, whenever they were made. */
function isSame(one: VersionRecord, other: VersionRecord): boolean {
  const compared = ({
    version: _v,
    revisionId: _r,
    lastModified: _l,
    codeFile: _f,
    ...rest
  }: VersionRecord) => JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
  return compared(one) === compared(other);
}
