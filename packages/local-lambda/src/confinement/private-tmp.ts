import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { RuntimeCommand } from '../environments/process.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';

const PROBE_LIMIT_MS = 10_000;

/**
 * Run in a mount namespace of its own: puts a file system in memory in the place of /tmp, with those of its folders
 * in it that the process needs, and goes on as the process.
 */
const SCRIPT = `set -e
stage=$1 size=$2
shift 2
mount -t tmpfs -o "size=\${size}m,mode=1777" tmpfs "$stage"
while [ "$1" != -- ]; do
  mkdir "$stage/\${1#/tmp/}"
  mount --bind "$1" "$stage/\${1#/tmp/}"
  shift
done
shift
mount --move "$stage" /tmp
cd "$PWD"
exec "$@"`;

/**
 * Makes a command run with a `/tmp` of its own, which goes with its process; the process keeps its id.
 * @param options.stage an empty folder, one for each process.
 * @param options.sizeMb what fits into it.
 * @param options.needed absolute paths; those below `/tmp` can be seen at their place, with what lies beside them.
 */
export function withPrivateTmp(
  { file, args }: RuntimeCommand,
  options: { readonly stage: string; readonly sizeMb: number; readonly needed: readonly string[] },
): RuntimeCommand {
  // Who is not root may mount in a namespace of users, as its root.
  const namespaces = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  const shell = ['sh', '-c', SCRIPT, 'sh', options.stage, `${options.sizeMb}`];
  const folders = [...foldersOfTmp([file, ...args, ...options.needed])];
  return { file: 'unshare', args: [...namespaces, ...shell, ...folders, '--', file, ...args] };
}

/**
 * Looks whether processes can have a `/tmp` of their own here.
 * @param stage a folder that may be made.
 * @throws LocalLambdaError that says what is needed.
 */
export async function probePrivateTmp(stage: string): Promise<void> {
  await mkdir(stage, { recursive: true });
  const { file, args } = withPrivateTmp({ file: 'true', args: [] }, { stage, sizeMb: 1, needed: [] });
  try {
    // The folder that it stands in may lie below /tmp.
    await promisify(execFile)(file, args, { cwd: '/', timeout: PROBE_LIMIT_MS });
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    const why = (stderr.trim() || message).split('\n')[0];
    throw new LocalLambdaError(
      `privateTmp: functions cannot have a /tmp of their own here: ${why}; it needs Linux, unshare of util-linux, and root or user namespaces`,
    );
  }
}

function foldersOfTmp(paths: readonly string[]): Set<string> {
  const found = paths.flatMap((path) => path.split(':')).map((path) => /^\/tmp\/[^/]+(?=\/)/.exec(path)?.[0]);
  return new Set(found.filter((folder) => folder !== undefined));
}
