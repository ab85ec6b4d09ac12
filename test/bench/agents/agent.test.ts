import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type AgentWorld, runAgent } from '../../../bench/agents/agent/run.ts';
import type { Done, FromAgent, Piece } from '../../../bench/agents/protocol.ts';
import { keepConnections } from '../../../bench/load/kept-connections.ts';
import { systemClock } from '../../../bench/world/clock.ts';
import { serve } from '../load/loopback-server.ts';

const AHEAD_MS = 3_600_000;

/** An agent whose clock is an hour ahead of the coordinator's, and a shed that counts what it was asked. */
async function begin(t: TestContext) {
  const asked: string[] = [];
  const url = await serve(t, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const tattoo = /^\/sheep\/(\d+)$/.exec(request.url ?? '')?.[1];
    response.statusCode = tattoo === undefined ? 404 : 201;
    response.end(tattoo === undefined ? '' : `{"tattoo":${tattoo},"weight":80000000000}`);
  });
  const kept = keepConnections();
  t.after(kept.close);
  const world: AgentWorld = {
    environment: 'e1',
    now: () => Date.now() + AHEAD_MS,
    clock: systemClock,
    connect: kept.connect,
    bareServer: async () => assert.fail('not asked for'),
    served: 0,
    connectMs: [],
  };
  const tell = async (message: unknown): Promise<FromAgent[]> => {
    const said: FromAgent[] = [];
    await runAgent(message, world, (one) => said.push(one));
    return said;
  };
  return { asked, url, tell };
}

/** A piece that begins in a moment, by the coordinator's clock. */
function pieceOf(url: string, piece: Partial<Piece>): Piece {
  const at = Date.now() + 30;
  return {
    kind: 'piece',
    sentAt: Date.now(),
    zeroAt: at,
    beginsAt: at,
    endsAt: at + 300,
    clocks: { e1: AHEAD_MS, other: 5 },
    url,
    scenario: { name: 'sheep', m: 3, n: 8, count: 10, firstTattoo: '18446744073709551000' },
    amount: { model: 'closed', calls: 6, seconds: 0 },
    connections: 2,
    timeoutSeconds: 5,
    ...piece,
  };
}

const doneOf = (said: readonly FromAgent[]): Done =>
  said.find((one) => one.kind === 'done') ?? assert.fail(JSON.stringify(said));

test('an agent says who and when it is, then sends its piece with tattoos of its own, and verifies it', async (t) => {
  const { asked, url, tell } = await begin(t);
  const toOpen = { url, connections: 1, timeoutSeconds: 5 };
  const [ready] = await tell({ kind: 'greeting', sentAt: 1, holdMs: 1, toOpen });
  assert.ok(ready?.kind === 'ready' && ready.environment === 'e1' && ready.served === 0);
  assert.ok(ready.receivedAt > Date.now() + AHEAD_MS - 60_000 && ready.saidAt >= ready.receivedAt);

  const said = await tell(pieceOf(url, {}));
  assert.deepEqual(
    said.map(({ kind }) => kind).filter((kind) => kind !== 'progress'),
    ['ready', 'done'],
  );
  const { load, added, lateMs } = doneOf(said);
  assert.equal(load.calls, 6);
  assert.equal(load.wrong, 0, load.firstWrong.join());
  assert.equal(added, 6);
  assert.ok(lateMs !== null && lateMs >= 0);
  assert.equal(load.connectMs.length, 2);
  assert.deepEqual(
    asked.sort(),
    Array.from({ length: 6 }, (_, i) => `POST /sheep/${18446744073709551000n + BigInt(i)}`),
  );
  // The next piece goes over the connections that are there.
  const cat = { name: 'cat', m: 3, n: 8, count: 0, firstTattoo: '0' } as const;
  const next = doneOf(await tell(pieceOf(url, { scenario: cat })));
  assert.equal(next.load.connectMs.length, 0);
  assert.equal(next.load.wrong, 6);
  assert.equal(next.added, 0);
});

test('of the open model it sends its share, and nothing after its lease', async (t) => {
  const { asked, url, tell } = await begin(t);
  const plan = { rate: 100, arrivals: 'even', seed: 1, seconds: 60, calls: null } as const;
  const share = { from: { index: 0, sum: 0 }, agent: 1, of: 4 };
  const { load } = doneOf(
    await tell(pieceOf(url, { amount: { model: 'open', plan, share: { ...share, untilMs: 200 } } })),
  );
  assert.equal(load.calls, 5);
  assert.equal(asked.length, 5);
  const cut = doneOf(
    await tell(pieceOf(url, { amount: { model: 'open', plan, share: { ...share, untilMs: 60_000 } } })),
  );
  // 300 ms of lease hold 8 of its arrivals.
  assert.ok(cut.load.calls <= 8, `${cut.load.calls} sent`);
});

test('what would outlive a lease, or is no message, is refused by its field', async (t) => {
  const { asked, url, tell } = await begin(t);
  const piece = pieceOf(url, {});
  const rows: readonly [event: unknown, line: RegExp][] = [
    [null, /^event must be an object; got null/],
    [{ kind: 'dance', sentAt: 1 }, /^kind must be greeting or piece; got "dance"/],
    [{ kind: 'greeting', sentAt: 1, holdMs: 1e6 }, /^holdMs must be a number from 0 to 5000; got 1000000/],
    [
      { kind: 'greeting', sentAt: 1, holdMs: 1, toOpen: { url: 'x', connections: 1, timeoutSeconds: 1 } },
      /^toOpen.url must be an http:/,
    ],
    [{ ...piece, endsAt: piece.beginsAt + 1501 }, /^endsAt must be a number from \d+ to \d+; got/],
    [{ ...piece, beginsAt: piece.beginsAt + 2 * AHEAD_MS }, /^beginsAt must be a number from 0 to/],
    [{ ...piece, url: 'file:///etc/passwd' }, /^url must be an http:\/\/ or https:\/\/ address; got "file:/],
    [{ ...piece, timeoutSeconds: 900 }, /^timeoutSeconds must be a number from 0.001 to 40; got 900/],
    [{ ...piece, clocks: { e1: '5' } }, /^clocks.e1 must be a number of milliseconds; got "5"/],
    [
      { ...piece, scenario: { name: 'cow' } },
      /^scenario.name must be bare, cat, sheep, dog, wolf; got "cow"/,
    ],
    [{ ...piece, scenario: { ...piece.scenario, firstTattoo: '-1' } }, /^scenario.firstTattoo must be 1 to/],
    [
      { ...piece, amount: { model: 'closed', calls: null, seconds: 9 } },
      /^amount.seconds must be .* 1.5; got 9/,
    ],
    [{ ...piece, amount: { model: 'half' } }, /^amount.model must be closed or open; got "half"/],
  ];
  for (const [event, line] of rows) {
    const [refused, ...others] = await tell(event);
    assert.ok(refused?.kind === 'refused' && others.length === 0, JSON.stringify(event));
    assert.match(refused.message, line);
  }
  assert.deepEqual(asked, []);
});
