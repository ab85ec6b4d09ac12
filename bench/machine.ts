import { execFile } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';

const GIT_LIMIT_MS = 5_000;

/** What a reader of a result must know of the machine and the sources that gave it. */
export async function describeMachine(root: string): Promise<Readonly<Record<string, unknown>>> {
  const git = async (...args: readonly string[]) =>
    promisify(execFile)('git', ['-C', root, ...args], { timeout: GIT_LIMIT_MS }).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
  const changes = await git('status', '--porcelain');
  return {
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'not available',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    kernel: `${type()} ${release()}`,
    loadAverage: loadavg()[0],
    gitCommit: await git('rev-parse', 'HEAD'),
    gitDirty: changes === undefined ? undefined : changes !== '',
  };
}
