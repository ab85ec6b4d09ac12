import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLocalLambda } from '@sheep-shed/local-lambda';
import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { zipSync } from 'fflate';
import { experiment } from '../experiment.ts';
import { median } from '../median.ts';

const OPTIONS = {
  functions: {
    help: 'functions of the package',
    default: 20,
    ...wholeNumber(1, 500),
  } satisfies Option<number>,
  kilobytes: {
    help: 'size of the code of each',
    default: 1_000,
    ...wholeNumber(1, 100_000),
  } satisfies Option<number>,
  rounds: { help: 'reloads of each kind', default: 15, ...wholeNumber(1, 1_000) } satisfies Option<number>,
};
const HANDLER = 'index.mjs';

/** Milliseconds from a package that is there to the first answer of the new code, when one function has changed or all. */
export const reload = experiment(OPTIONS, async ({ functions, kilobytes, rounds }, lab) => {
  const packageDir = join(lab.folder, 'package');
  await mkdir(packageDir);
  const names = Array.from({ length: functions }, (_, i) => `fn${i}`);
  const padding = new TextEncoder().encode('0123456789abcdef'.repeat(kilobytes * 64));
  const write = (name: string, version: number) => {
    const source = new TextEncoder().encode(`export const handler = () => ${version};`);
    const zip = zipSync({ [HANDLER]: source, 'padding.txt': padding }, { level: 0 });
    return writeFile(join(packageDir, `${name}.zip`), zip);
  };
  const resources = names.map((name) => [
    name,
    {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: name,
        Handler: 'index.handler',
        Runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
        Code: { S3Bucket: 'none', S3Key: `code/${name}.zip` },
      },
    },
  ]);
  const template = JSON.stringify({ Resources: Object.fromEntries(resources) });
  await writeFile(join(packageDir, 'cloudformation-template-update-stack.json'), template);
  for (const name of names) await write(name, 0);
  const host = await startLocalLambda({ packageDir, logsDir: join(lab.folder, 'logs') });
  lab.atEnd(host.close);

  let version = 0;
  const measure = async (changed: readonly string[]): Promise<readonly [number, number]> => {
    version += 1;
    for (const name of changed) await write(name, version);
    const from = performance.now();
    await host.reload();
    const reloaded = performance.now() - from;
    const { payload } = await host.invoke('fn0', {});
    if (payload !== version) throw new Error(`fn0 answers ${payload} after version ${version}`);
    return [reloaded, performance.now() - from];
  };
  for (const [what, changed] of [
    ['one function', ['fn0']],
    [`all ${functions}`, names],
  ] as const) {
    const times: (readonly [number, number])[] = [];
    for (let i = 0; i < rounds && !lab.signal.aborted; i += 1) times.push(await measure(changed));
    const [swap, answer] = [0, 1].map((at) => median(times.map((one) => one[at] ?? 0)).toFixed(0));
    lab.say(`${what} changed: swapped in ${swap} ms, first answer of the new code after ${answer} ms`);
  }
});
