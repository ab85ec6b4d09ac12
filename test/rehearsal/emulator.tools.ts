/** What `npm run rehearse` leaves behind when a port is taken, or it is stopped; needs the emulator, which pip installs. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator } from '../../rehearsal/emulator.ts';
import { ensurePython, RehearsalUsageError } from '../../rehearsal/python-environment.ts';
import { runUntil } from '../../rehearsal/run.ts';

const ROOT = join(import.meta.dirname, '../..');
const never = new AbortController().signal;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sheep-shed-emulator-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a port in use is left alone, and another one taken; three in use are told', async () => {
  const bin = await ensurePython(ROOT, join(ROOT, 'rehearsal/requirements.txt'), runUntil(never));
  // It answers every health check with 200, as another emulator would.
  const other = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const nodeBin = join(ROOT, 'node_modules/.bin');
  const workDir = join(folder, 'ports');
  try {
    let asked = 0;
    const start = (findPort: () => Promise<number>) => startEmulator(bin, nodeBin, workDir, never, findPort);
    const emulator = await start(async () => (asked++ === 0 ? port : freePort()));
    assert.equal(asked, 2);
    assert.notEqual(new URL(emulator.endpoint).port, String(port));
    await emulator.close();
    await assert.rejects(
      start(async () => port),
      (error) =>
        error instanceof RehearsalUsageError && /were taken by other programs: run/.test(error.message),
    );
  } finally {
    other.close();
  }
});

test('interrupted: exit code 130, nothing is left, and the next one starts; killed: nothing is left either', async () => {
  await ensurePython(ROOT, join(ROOT, 'rehearsal/requirements.txt'), runUntil(never));
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);

  const first = startRehearsal(temporary);
  await first.hasPrinted(/start the emulator/);
  first.child.kill('SIGINT');
  assert.deepEqual(await first.ended, [130, null]);
  assert.match(first.output(), /rehearsal: interrupted; everything that it started is stopped\n$/);
  assert.deepEqual(await leftIn(temporary), []);

  const second = startRehearsal(temporary);
  await second.hasPrinted(/start the emulator/);
  second.child.kill('SIGKILL');
  await second.ended;
  // Its children see that it is gone, and the emulator removes the folder.
  const deadline = Date.now() + 20_000;
  while ((await leftIn(temporary)).length > 0 && Date.now() < deadline) await sleep(100);
  assert.deepEqual(await leftIn(temporary), []);
});

function startRehearsal(temporary: string) {
  const child: ChildProcess = spawn(process.execPath, [join(ROOT, 'rehearsal/cli.ts')], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = once(child, 'close');
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return {
    child,
    ended,
    output: () => output,
    async hasPrinted(pattern: RegExp) {
      while (!pattern.test(output)) {
        if (child.exitCode !== null) assert.fail(`it ended before ${pattern}:\n${output}`);
        await sleep(50);
      }
    },
  };
}

/** Files in a folder, and processes that work in it or were started for it. */
async function leftIn(temporary: string): Promise<string[]> {
  const files = await readdir(temporary);
  const { stdout } = await new Promise<{ stdout: string }>((resolve) => {
    execFile('ps', ['-eo', 'pid=,args='], (_error, text) => resolve({ stdout: text }));
  });
  return [...files, ...stdout.split('\n').filter((line) => line.includes(temporary))];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
