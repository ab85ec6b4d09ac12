import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { type AgentWorld, runAgent } from '../../../bench/agents/agent/run.ts';
import { type Invoke, openInvoke } from '../../../bench/agents/coordinator/invoke.ts';
import { listen } from '../../../bench/agents/coordinator/listen.ts';
import type { FromAgent, ToAgent } from '../../../bench/agents/protocol.ts';
import { keepConnections } from '../../../bench/load/kept-connections.ts';
import { systemClock } from '../../../bench/world/clock.ts';
import { serve } from '../load/loopback-server.ts';
import { hostAgents, shedServer } from './agent-host.ts';
import { fleetOver, loadOf } from './test-fleet.ts';

/** Agents in this process: each invocation takes an environment that is free, as Lambda does. */
function simulated(t: TestContext, fate: (message: ToAgent, number: number) => Error | undefined) {
  const idle: AgentWorld[] = [];
  const all: AgentWorld[] = [];
  const pieces: ToAgent[] = [];
  let number = 0;
  const invoke: Invoke = async function* (message, signal) {
    if (message.kind === 'piece') pieces.push(message);
    const error = fate(message, message.kind === 'piece' ? number++ : -1);
    if (error !== undefined) throw error;
    const world = idle.pop() ?? newWorld();
    const said: FromAgent[] = [];
    await runAgent(JSON.parse(JSON.stringify(message)), world, (one) =>
      said.push(JSON.parse(JSON.stringify(one))),
    );
    idle.push(world);
    signal.throwIfAborted();
    yield* said;
  };
  const newWorld = (): AgentWorld => {
    const { connect, close } = keepConnections();
    t.after(close);
    const world = {
      environment: `e${all.length}`,
      now: Date.now,
      clock: systemClock,
      connect,
      bareServer: () => assert.fail('not asked for'),
      served: 0,
      connectMs: [],
    };
    all.push(world);
    return world;
  };
  return { invoke, all, pieces };
}

test('connections, calls and arrivals are split exactly, and every sheep is counted', async (t) => {
  const shed = shedServer();
  const url = await serve(t, shed.listener);
  const { invoke, all, pieces } = simulated(t, () => undefined);
  const fleet = fleetOver(3, invoke);

  const closed = await fleet.drive(loadOf({ url, connections: 4, calls: 10 }));
  assert.deepEqual(
    closed.agents.map(({ calls }) => calls),
    [3, 3, 4],
  );
  assert.deepEqual(
    pieces.map((one) => one.kind === 'piece' && one.connections),
    [1, 1, 2],
  );
  assert.deepEqual([closed.load.calls, closed.added, closed.load.wrong, shed.tattoos.size], [10, 10, 0, 10]);
  assert.deepEqual([closed.problem, closed.isWhole, closed.load.statuses], [undefined, true, { 201: 10 }]);
  assert.equal(all.length, 3);

  const few = await fleet.drive(loadOf({ url, connections: 2, calls: 2 }));
  assert.deepEqual(
    few.agents.map(({ calls }) => calls),
    [0, 1, 1],
  );

  const open = { rate: 50, arrivals: 'even', seed: 1 } as const;
  const paced = await fleet.drive(loadOf({ url, seconds: 0.4, open, connections: 9 }));
  assert.deepEqual(
    paced.agents.map(({ calls }) => calls),
    [7, 7, 6],
  );
  assert.ok(paced.load.elapsedMs >= 380);
  assert.equal(shed.tattoos.size, 32);
});

test('an agent that is lost or throttled is named; the others go on', async (t) => {
  const url = await serve(t, shedServer().listener);
  const lost = simulated(t, (_, number) => (number === 1 ? new Error('Runtime.ExitError gone') : undefined));
  const one = await fleetOver(3, lost.invoke).drive(loadOf({ url, connections: 3, calls: 9 }));
  assert.equal(one.problem, 'agent 2 was lost: Runtime.ExitError gone');
  assert.equal(one.isWhole, false);
  assert.deepEqual([one.load.calls, one.added], [6, 6]);
  assert.equal(one.agents[1]?.fault, 'lost');

  const refused = Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException' });
  const throttled = simulated(t, ({ kind }) => (kind === 'greeting' ? refused : undefined));
  const none = await fleetOver(2, throttled.invoke).drive(loadOf({ url }));
  assert.match(none.problem ?? '', /^agent 1 was throttled by Lambda: Rate Exceeded., agent 2 was throttled/);
  assert.deepEqual([none.load.calls, none.isWhole, throttled.pieces.length], [0, false, 0]);

  const silent: Invoke = async function* ({ kind, sentAt }) {
    if (kind === 'greeting')
      yield { kind: 'ready', environment: 'e', served: 0, receivedAt: sentAt, saidAt: sentAt };
  };
  assert.equal(
    (await fleetOver(1, silent).drive(loadOf({ url }))).problem,
    'agent 1 was lost: ended without its last word',
  );
});

test('an agent that says what no agent says is lost, and named; the others go on', async (t) => {
  const url = await serve(t, shedServer().listener);
  const { invoke, pieces } = simulated(t, () => undefined);
  const garbage: readonly [said: unknown, problem: RegExp][] = [
    [null, /it said what no agent says: the message must be object; got null$/],
    [{ kind: 'moo' }, /value of tag "kind" must be in oneOf; got {"kind":"moo"}$/],
    [{ kind: 'progress', answers: '1\u001b[2J' }, /"\/answers" must be integer/],
    [
      { kind: 'ready', environment: 'e', served: 1, receivedAt: null, saidAt: 1 },
      /"\/receivedAt" must be number/,
    ],
    [
      { kind: 'done', added: 0, lateMs: 0, lostWhy: [], load: {} },
      /"\/load" must have required property 'calls'/,
    ],
  ];
  for (const [said, problem] of garbage) {
    let isTold = false;
    const babbling: Invoke = async function* (message, signal) {
      const isFirst = message.kind === 'piece' && !isTold;
      isTold ||= isFirst;
      if (isFirst) yield said;
      else yield* invoke(message, signal);
    };
    const { agents, load } = await fleetOver(2, babbling).drive(loadOf({ url, calls: 2 }));
    assert.match(agents[0]?.problem ?? '', problem);
    assert.deepEqual([agents[0]?.fault, agents[1]?.fault, load.calls], ['lost', undefined, 1]);
  }
  assert.equal(pieces.length, garbage.length);

  const hanging: Invoke = async function* (_, signal) {
    yield await once(new EventTarget(), 'never', { signal });
  };
  const heard = Array.fromAsync(
    listen(hanging, { kind: 'greeting', sentAt: 0, holdMs: 0 }, 20, new AbortController().signal),
  );
  await assert.rejects(heard, /^Error: it had not ended after 0.0 s$/);
});

test('an interrupt ends it at once, and hands over no more', async (t) => {
  const url = await serve(t, shedServer().listener);
  const { invoke, pieces } = simulated(t, () => undefined);
  const stop = new AbortController();
  const open = { rate: 50, arrivals: 'poisson', seed: 1 } as const;
  const driven = fleetOver(2, invoke).drive(
    loadOf({
      url,
      seconds: 600,
      open,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    }),
  );
  await assert.rejects(driven, /enough/);
  assert.ok(pieces.length <= 4, `${pieces.length} pieces`);
});

test('two agents on local-lambda, and one whose time is up in the middle of a round', async (t) => {
  const shed = shedServer();
  const url = await serve(t, shed.listener);
  const host = await hostAgents(t);
  const address = { region: 'local', endpoint: host.url };
  const whole = openInvoke({ ...address, functionName: 'agent' });
  const short = openInvoke({ ...address, functionName: 'short' });
  t.after(whole.close);
  t.after(short.close);
  const fleet = fleetOver(2, whole.invoke);
  const open = { rate: 100, arrivals: 'poisson', seed: 3 } as const;
  const { load, added, agents, problem, isWhole } = await fleet.drive(
    loadOf({ url, seconds: 0.5, open, connections: 8 }),
  );
  assert.ok(isWhole, problem);
  assert.deepEqual([load.wrong, load.lost, added, shed.tattoos.size], [0, 0, load.calls, load.calls]);
  assert.ok(Math.abs((agents[0]?.calls ?? 0) - (agents[1]?.calls ?? 0)) <= 1);
  assert.ok(agents.every(({ startMs }) => startMs !== undefined));

  const silent = await serve(t, () => undefined);
  let pieces = 0;
  const mixed: Invoke = (message, signal) =>
    message.kind === 'piece' && pieces++ === 1
      ? short.invoke({ ...message, url: silent }, signal)
      : whole.invoke(message, signal);
  const broken = await fleetOver(2, mixed).drive(loadOf({ url, seconds: 0.5, open }));
  assert.match(broken.problem ?? '', /^agent 2 was lost: .*timed out/i);
  assert.equal(broken.isWhole, false);
  assert.ok((broken.agents[0]?.calls ?? 0) > 0 && broken.agents[0]?.fault === undefined);
});
