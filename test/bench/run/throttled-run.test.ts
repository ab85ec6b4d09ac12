import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { BenchResult } from '../../../bench/results/result.ts';
import { serve } from '../load/loopback-server.ts';
import { bench, temporaryFile } from '../run-cli.ts';

test('a run that the gateway throttles fails by that name, in its doubts and its figures', async (t) => {
  let sheep = 0;
  let cats = 0;
  const url = await serve(t, (request, response) => {
    const isThrottled = request.method === 'POST' ? sheep === 8 : cats++ % 4 === 3;
    if (isThrottled) response.writeHead(429).end('{"message":"Too Many Requests"}');
    else if (request.method === 'POST') {
      sheep++;
      response.writeHead(201).end(`{"tattoo":${request.url?.split('/').at(-1)},"weight":80000000000}`);
    } else if (request.url === '/dog') {
      cats--;
      response.end(`{"count":${sheep}}`);
    } else response.end('{"result":2045}');
  });
  const out = await temporaryFile(t);
  const plan = ['--scenario', 'cat', '--scenario', 'sheep', '--herd', '2', '--calls', '12', '--rounds', '2'];
  const args = ['--url', `ts=${url}`, ...plan, '--connections', '1', '--warm-up', '0', '--out', out];
  const { code, stdout, stderr } = await bench(...args);
  assert.equal(code, 1, stdout + stderr);
  const { scenarios, warnings } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  const [cat, posts] = scenarios;
  assert.deepEqual(
    cat?.rounds.map(({ load, brokenOff }) => [load.calls, load.throttled, load.wrong, brokenOff]),
    [
      [6, { gateway: 1, lambda: 0 }, 0, undefined],
      [6, { gateway: 2, lambda: 0 }, 0, undefined],
    ],
  );
  // The first round takes the six that are left; then nothing is served any more.
  assert.deepEqual(
    posts?.rounds.map(({ brokenOff }) => brokenOff),
    [undefined, '6 requests were throttled by API Gateway (429)'],
  );
  assert.match(
    warnings.join('\n'),
    /9 requests were throttled by API Gateway \(429\) in cat on ts, sheep on ts; .*throttleRate/,
  );
  assert.match(stdout, /3 requests were throttled by API Gateway/);
  assert.doesNotMatch(stdout, /expected 20/);
});
