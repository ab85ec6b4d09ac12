import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runWatched } from '../../src/hosts/watch.ts';

/** Tells a server that it is up, and that it has stopped in order. */
const PROGRAM = `
const tell = (what) => fetch(process.argv[2] + what + process.pid);
process.once('message', () => tell('/down/').then(() => process.exit(0)));
await tell('/up/');
`;

test('a change stops the program in order, then starts it anew; the end stops it too', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'test-watch-'));
  t.after(() => rm(folder, { recursive: true }));
  const program = join(folder, 'program.mjs');
  await writeFile(program, PROGRAM);
  const told: string[] = [];
  const server = createServer((request, response) => {
    response.end();
    told.push(request.url ?? '');
    server.emit('told');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  const until = async (count: number) => {
    while (told.length < count) await once(server, 'told');
  };
  const stopped = new AbortController();
  const said: string[] = [];
  const running = runWatched({
    program,
    args: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`],
    folders: [folder],
    signal: stopped.signal,
    say: (line) => said.push(line),
  });
  await until(1);
  await writeFile(join(folder, 'source.ts'), 'changed');
  await until(3);
  stopped.abort();
  await running;
  const [first = '', , second = ''] = told.map((url) => url.split('/')[2]);
  assert.deepEqual(told, [`/up/${first}`, `/down/${first}`, `/up/${second}`, `/down/${second}`]);
  assert.notEqual(first, second);
  assert.deepEqual(said, ['A source has changed: the host starts again']);
});
