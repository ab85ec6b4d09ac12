/** `node lab/host/python.ts`: our Python bootstrap against AWS's awslambdaric, starts and calls in turn. */
import { execFile } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startLocalLambda } from '@sheep-shed/local-lambda';
import { median } from './load.ts';

const run = promisify(execFile);
const PIN = 'awslambdaric==4.2.2';
const ROUNDS = 15;
const CALLS = 500;

const { stdout } = await run('python3', ['-S', '-c', 'import sys; print(sys.executable)']);
const python = stdout.trim();
const modules = resolve('.cache', PIN);
if (
  !(await access(modules).then(
    () => true,
    () => false,
  ))
) {
  await run(python, ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', '--target', modules, PIN]);
}

const folder = await mkdtemp(join(tmpdir(), 'bench-host-'));
const main = 'def handler(event, context):\n    return {"ok": True}\n';
const ric = `#!${python} -SB
import os, sys
sys.path[:0] = [os.environ["LAMBDA_TASK_ROOT"], "${modules}"]
from awslambdaric.__main__ import main
main(["awslambdaric", os.environ["_HANDLER"]])
`;
await write('ours', { 'main.py': main });
await write('ric', { 'main.py': main, bootstrap: ric });
const resourceOf = (name: string, Runtime: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Code: name, Handler: 'main.handler', Runtime, FunctionName: name },
});
const Resources = { Ours: resourceOf('ours', 'python3.13'), Ric: resourceOf('ric', 'provided.al2023') };
await writeFile(join(folder, 'template.json'), JSON.stringify({ Resources }));

const inits: Record<string, number[]> = { ours: [], ric: [] };
const calls: Record<string, number[]> = { ours: [], ric: [] };
const host = await startLocalLambda({
  packageDir: folder,
  logsDir: join(folder, 'logs'),
  onLogEvent: (group, message) => {
    const init = /Init Duration: ([\d.]+)/.exec(message)?.[1];
    if (init !== undefined) inits[group.slice('/aws/lambda/'.length)]?.push(Number(init));
  },
});
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of round % 2 === 0 ? ['ours', 'ric'] : ['ric', 'ours']) {
      await host.invoke(name, {});
      const start = performance.now();
      for (let i = 0; i < CALLS; i += 1) await host.invoke(name, {});
      calls[name]?.push(((performance.now() - start) / CALLS) * 1000);
      await host.dropEnvironments(name);
    }
  }
} finally {
  await host.close();
  await rm(folder, { recursive: true, force: true });
}
for (const name of ['ours', 'ric']) {
  const init = median(inits[name] ?? []).toFixed(1);
  const call = median(calls[name] ?? []).toFixed(0);
  process.stdout.write(`${name.padEnd(6)} init ${init} ms, warm call ${call} µs\n`);
}

async function write(name: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(folder, name));
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(folder, name, file), text);
    if (file === 'bootstrap') await chmod(join(folder, name, file), 0o755);
  }
}
