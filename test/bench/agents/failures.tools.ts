import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readResult } from '../../../bench/results/result-file.ts';
import { serve } from '../load/loopback-server.ts';
import { hostAgents, shedServer } from './agent-host.ts';

const CLI = join(import.meta.dirname, '../../../bench/cli.ts');

/** A deployed shed, agents that are deployed too, and a bench beside them, each in a process of its own. */
async function begin(t: TestContext, flags: readonly string[], onSheep: (count: number) => void) {
  const shed = shedServer();
  const url = await serve(t, (request, response) => {
    if (request.url === '/dog') response.end(`{"count":${shed.tattoos.size}}`);
    else {
      shed.listener(request, response);
      onSheep(shed.times.length);
    }
  });
  const host = await hostAgents(t);
  const folder = await mkdtemp(join(tmpdir(), 'agents-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const out = join(folder, 'result.json');
  const args = ['--url', url, '--scenario', 'sheep', '--herd', '0', '--warm-up', '0', '--rate', '200'];
  const agents = ['--agents', '2', '--agents-region', 'eu-west-3', '--agents-function', 'agent'];
  const bench = spawn(process.execPath, [CLI, ...args, ...agents, ...flags, '--out', out], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      AWS_ENDPOINT_URL_LAMBDA: host.url,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
  });
  const said: string[] = [];
  for (const stream of [bench.stdout, bench.stderr]) stream.on('data', (text) => said.push(`${text}`));
  t.after(() => bench.kill('SIGKILL'));
  return { bench, out, shed, said };
}

/** The processes of agents. */
function agentPids(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const isAgent = readFileSync(`/proc/${name}/environ`, 'latin1').includes(
        'AWS_LAMBDA_FUNCTION_NAME=agent\0',
      );
      return isAgent && isDescendant(Number(name)) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function isDescendant(pid: number): boolean {
  for (let one = pid; one > 1; ) {
    if (one === process.pid) return true;
    one = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/status`, 'utf8'))?.[1] ?? 0);
  }
  return false;
}

test('agents that are killed in the middle of a round mark it, and the run goes on', async (t) => {
  let killed = 0;
  const onSheep = (count: number) => {
    if (count < 100 || killed > 0) return;
    for (const pid of agentPids()) {
      killed++;
      process.kill(pid, 'SIGKILL');
    }
  };
  const { bench, out, said } = await begin(t, ['--rounds', '4', '--duration', '4'], onSheep);
  const [code] = await once(bench, 'exit');
  assert.ok(killed > 0);
  assert.equal(code, 1, said.join(''));
  const { scenarios, agents } = await readResult(out);
  assert.deepEqual(agents, { count: 2, region: 'eu-west-3', functionName: 'agent' });
  const rounds = scenarios.flatMap((one) => one.rounds);
  assert.equal(rounds.length, 4);
  const broken = rounds.filter(({ brokenOff }) => brokenOff !== undefined);
  assert.equal(broken.length, 1, said.join(''));
  assert.match(
    broken[0]?.brokenOff ?? '',
    /^agent \d was lost: Runtime\.\w+ Runtime exited with error: signal: killed(,|$)/,
  );
  assert.ok(broken[0]?.agents?.some(({ fault }) => fault === 'lost'));
  assert.deepEqual(scenarios[0]?.violations, []);
});

for (const [signal, limitMs, what] of [
  ['SIGKILL', 5000, 'a coordinator that is killed'],
  ['SIGINT', 2000, 'Ctrl-C'],
] as const) {
  test(`after ${what} no agent sends anything ${limitMs / 1000} s later`, async (t) => {
    const going = Promise.withResolvers<void>();
    const { bench, shed, said } = await begin(t, ['--rounds', '1', '--duration', '600'], (count) => {
      if (count > 300) going.resolve();
    });
    await Promise.race([going.promise, once(bench, 'exit').then(() => assert.fail(said.join('')))]);
    const toldAt = performance.now();
    bench.kill(signal);
    await once(bench, 'exit');
    // That nothing comes is no event that could be waited for.
    await sleep(limitMs + 2000);
    const last = (shed.times.at(-1) ?? 0) - toldAt;
    assert.ok(last > 0 && last < limitMs, `the last request came ${last} ms after it`);
    t.diagnostic(`the last request came ${Math.round(last)} ms after it`);
  });
}

// V8 lets garbage lie while there is memory: the flags, those of `npm run local`, have it collect what it can.
test('200 agents cost the coordinator less than 300 MB, and a second to merge', async (t) => {
  const start = (file: string, args: readonly string[], execArgv: string[] = []): ChildProcess => {
    const child = fork(join(import.meta.dirname, file), args, { execArgv });
    t.after(() => child.kill('SIGKILL'));
    return child;
  };
  const lambda = start('simulated-lambda.ts', []);
  const [{ port }] = await once(lambda, 'message');
  const flags = ['--max-semi-space-size=8', '--heap-growing-percent=30'];
  const [told] = await once(
    start('many-agents.ts', [`http://127.0.0.1:${port}`, '200', '5'], flags),
    'message',
  );
  lambda.send('most');
  const [{ environments, most }] = await once(lambda, 'message');
  t.diagnostic(JSON.stringify({ ...told, environments, most }));
  assert.ok(told.calls > 95_000 && told.calls < 105_000);
  // Two in turns for each; the third is held a moment too short where the machine is busy.
  assert.ok(environments >= 400);
  assert.ok(told.peakMb < 300, `${told.peakMb} MB`);
  assert.ok(told.mergeMs < 1000, `${told.mergeMs} ms`);
});
