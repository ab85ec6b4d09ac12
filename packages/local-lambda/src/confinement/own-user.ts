import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { RuntimeCommand } from '../environments/process.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';

const run = promisify(execFile);
const LIMIT_MS = 10_000;

/** The account that functions run as. */
export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/** Makes a command run as a user, in its group alone and without any way back to root; the process keeps its id. */
export function asUser({ file, args }: RuntimeCommand, { uid, gid }: UserIds): RuntimeCommand {
  const rights = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
  return { file: 'setpriv', args: [...rights, '--', file, ...args] };
}

/**
 * Finds the user that functions shall run as, lets him into the host's folder, and looks whether processes of his can
 * be started.
 * @param user a name, or `uid:gid`. @param workDir a folder of the host, which others may not list.
 * @throws LocalLambdaError that says what is needed.
 */
export async function prepareUser(user: string, workDir: string): Promise<UserIds> {
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(user) ?? [];
  const ids =
    uid === undefined
      ? { uid: await idOf(user, '-u'), gid: await idOf(user, '-g') }
      : { uid: Number(uid), gid: Number(gid) };
  if (ids.uid === 0) throw wrong(user, 'must not be root');
  const { file, args } = asUser({ file: process.execPath, args: ['--version'] }, ids);
  await run(file, args, { cwd: '/', timeout: LIMIT_MS }).catch((error: Error & { stderr?: string }) => {
    const why = (error.stderr?.trim() || error.message).split('\n')[0];
    throw wrong(
      user,
      `${why}; it needs Linux, root, setpriv of util-linux, and a Node that this user may read`,
    );
  });
  await chmod(workDir, 0o711);
  return ids;
}

async function idOf(user: string, which: '-u' | '-g'): Promise<number> {
  const { stdout } = await run('id', [which, '--', user], { timeout: LIMIT_MS }).catch(() => {
    throw wrong(user, 'must be the name of a user here, or uid:gid');
  });
  return Number(stdout);
}

function wrong(user: string, why: string): LocalLambdaError {
  return new LocalLambdaError(`user: functions cannot run as ${JSON.stringify(user)}: ${why}`);
}
