import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Claimant, createHostPlaces, type Seat } from '../../src/environments/host-places.ts';
import { createStartGate } from '../../src/environments/start-gate.ts';
import { startHost } from '../fixture-package.ts';
import { startGates } from '../gates.ts';

test('functions take turns at the start gate, and what one starts is started in order', () => {
  const gate = createStartGate(1);
  const started: string[] = [];
  const enter = (who: string, what: string): void => gate.enter(who, () => started.push(what));
  for (let n = 0; n < 4; n += 1) enter('noisy', `noisy ${n}`);
  enter('quiet', 'quiet 0');
  enter('other', 'other 0');
  enter('quiet', 'quiet 1');
  for (let n = 0; n < 7; n += 1) gate.release();
  assert.deepEqual(started, [
    ...['noisy 0', 'noisy 1', 'quiet 0', 'other 0', 'noisy 2', 'quiet 1', 'noisy 3'],
  ]);
});

/** A function that wants so many environments, and keeps what it gets. */
function claimant(name: string, wanted: number, got: string[], memoryMb = 128) {
  const state = { wanted, idle: undefined as number | undefined, dropped: 0 };
  const own: Claimant = {
    memoryMb,
    onPlace: () => {
      if (state.wanted === 0) return false;
      state.wanted -= 1;
      got.push(name);
      return true;
    },
    idleSince: () => state.idle,
    dropIdle: () => {
      state.dropped += 1;
      state.idle = undefined;
    },
  };
  return { state, own };
}

test('places that become free go round; the longest idle makes room; who holds more than its share gives up', () => {
  const got: string[] = [];
  let nowMs = 0;
  const places = createHostPlaces({ maxEnvironments: 4, maxMemoryMb: Number.POSITIVE_INFINITY }, () => nowMs);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => claimant(name, 0, got));
  assert.ok(a && b && c);
  const [noisy, quiet, third] = [a, b, c].map(({ own }) => places.join(own)) as [Seat, Seat, Seat];
  for (let n = 0; n < 4; n += 1) assert.ok(noisy.take());
  assert.equal(noisy.mustYield(), false);
  a.state.wanted = 9;
  b.state.wanted = 2;
  assert.equal(noisy.take(), false);
  // Nobody else waits: there is no reason to give anything up.
  assert.equal(noisy.mustYield(), false);
  assert.equal(quiet.take(), false);
  assert.equal(noisy.mustYield(), true);
  noisy.leave();
  noisy.take();
  noisy.leave();
  assert.deepEqual(got, ['a', 'b']);
  // Three of four are more than half, but giving one up leaves half.
  assert.equal(quiet.take(), false);
  assert.equal(noisy.mustYield(), true);
  assert.equal(quiet.mustYield(), false);
  noisy.leave();
  noisy.leave();
  // What is idle ends for who waits, one at a time.
  a.state.wanted = 0;
  b.state.idle = 5;
  c.state.wanted = 1;
  while (quiet.take());
  assert.equal(third.take(), false);
  assert.equal(b.state.dropped, 1);
  quiet.leave();
  assert.equal(got.at(-1), 'c');
  nowMs += 1;
});

test('memory is shared as places are', () => {
  const got: string[] = [];
  const places = createHostPlaces({ maxEnvironments: 100, maxMemoryMb: 1_000 }, () => 0);
  const big = claimant('big', 1, got, 600);
  const small = claimant('small', 1, got, 300);
  const [bigSeat, smallSeat] = [places.join(big.own), places.join(small.own)];
  assert.ok(bigSeat.take());
  assert.ok(smallSeat.take());
  assert.equal(smallSeat.take(), false);
  bigSeat.leave();
  assert.deepEqual(got, ['small']);
});

test('one noisy function does not starve another on a full host', async (t) => {
  const source = 'export const handler = (e) => new Promise((done) => setTimeout(done, 5, e));';
  const host = await startHost(
    t,
    { noisy: { source }, quiet: { source } },
    // What waits is looked at twice in the idle time.
    { maxHostEnvironments: 2, queueSeconds: 60, idleSeconds: 0.4 },
  );
  // A crowd that asks again at once, for as long as the quiet one has not been served.
  const answers: unknown[] = [];
  let served: Promise<void> | undefined;
  let calls = 0;
  const quiet = async (): Promise<void> => {
    for (let n = 0; n < 3; n += 1) answers.push((await host.invoke('quiet', { n })).payload);
  };
  const crowd = Array.from({ length: 4 }, async () => {
    while (answers.length < 3) {
      await host.invoke('noisy', {});
      calls += 1;
      if (calls === 10) served = quiet();
    }
  });
  await Promise.all(crowd);
  await served;
  assert.deepEqual(answers, [{ n: 0 }, { n: 1 }, { n: 2 }]);
});

test('what finds a host full for as long as it may wait is refused with the bound', async (t) => {
  const gates = await startGates(t);
  const source = `export const handler = async ({ gate }) => { await fetch('${gates.url}' + gate); };`;
  const properties = { Timeout: 60 };
  const host = await startHost(
    t,
    { slow: { source, properties }, quiet: { source } },
    { maxHostEnvironments: 2, queueSeconds: 0.2 },
  );
  const taken = ['a', 'b'].map((gate) => host.invoke('slow', { gate }));
  await Promise.all([gates.arrival('a'), gates.arrival('b')]);
  const refused = await fetch(`${host.url}/2015-03-31/functions/quiet/invocations`, { method: 'POST' });
  assert.equal(refused.status, 429);
  assert.deepEqual(await refused.json(), {
    Type: 'User',
    Reason: 'ConcurrentInvocationLimitExceeded',
    Message: "Rate Exceeded. The host's 2 environments were taken for 0.2 s.",
    message: "Rate Exceeded. The host's 2 environments were taken for 0.2 s.",
  });
  for (const gate of ['a', 'b']) gates.open(gate);
  for (const { errorType } of await Promise.all(taken)) assert.equal(errorType, undefined);
});
