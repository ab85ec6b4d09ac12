import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Invocation } from '../../src/environments/invocation.ts';
import {
  type Effect,
  type EnvironmentEvent,
  type EnvironmentState,
  STARTING,
  transition,
} from '../../src/environments/state.ts';

const requestId = fc.constantFrom('a', 'b', 'c');

const EXIT = { code: 1, signal: null, error: undefined };
const FAILURE = { body: Buffer.from('{}'), errorType: undefined };
const invocationOf = (id: string): Invocation => ({
  requestId: id,
  payload: Buffer.alloc(0),
  traceId: '',
  clientContext: undefined,
  settle: () => undefined,
  onLogLine: undefined,
});
const response = (id: string, tooLarge = false): EnvironmentEvent => ({
  type: 'response',
  requestId: id,
  body: Buffer.alloc(0),
  tooLarge,
});

/** Any event at any time: a runtime may send what it likes, and a process may end whenever it likes. */
const anyEvent: fc.Arbitrary<EnvironmentEvent> = fc.oneof(
  fc.constant<EnvironmentEvent>({ type: 'next' }),
  fc.tuple(requestId, fc.boolean()).map(([id, tooLarge]) => response(id, tooLarge)),
  requestId.map((id): EnvironmentEvent => ({ type: 'error', requestId: id, failure: FAILURE })),
  requestId.map((id): EnvironmentEvent => ({ type: 'stream', requestId: id })),
  fc
    .tuple(requestId, fc.constantFrom('streamed', 'truncated', 'stream-too-large'))
    .map(([id, kind]): EnvironmentEvent => ({ type: 'stream-end', requestId: id, ending: { kind } })),
  fc.constant<EnvironmentEvent>({ type: 'init-error', failure: FAILURE }),
  fc.record({ type: fc.constant('dispatch' as const), requestId }),
  fc.constant<EnvironmentEvent>({ type: 'disconnected' }),
  fc.constant<EnvironmentEvent>({ type: 'unread' }),
  fc.record({
    type: fc.constant('stop' as const),
    reason: fc.constantFrom('timeout', 'out-of-memory', 'init-timeout', 'dropped'),
  }),
  fc.constant<EnvironmentEvent>({ type: 'exit', exit: EXIT }),
  requestId.map((id): EnvironmentEvent => ({ type: 'exit', exit: EXIT, retry: invocationOf(id) })),
);

interface Run {
  readonly state: EnvironmentState;
  readonly effects: readonly Effect[];
  /** Invocations that the environment took, in order; ids made unique by a number. */
  readonly taken: number;
}

/** Runs events as an environment does: a process that is gone sends nothing more, unless it was started again. */
function run(events: readonly EnvironmentEvent[]): Run {
  let state = STARTING;
  let alive = true;
  let taken = 0;
  const effects: Effect[] = [];
  for (const event of events) {
    if (!alive && event.type !== 'dispatch' && event.type !== 'stop') continue;
    const result = transition(state, event);
    if ('refused' in result) continue;
    if (event.type === 'exit') alive = false;
    if (event.type === 'dispatch') taken += 1;
    for (const effect of result.effects) {
      if (effect.type === 'restart') {
        alive = true;
        taken += 1;
      }
      effects.push(effect);
    }
    state = result.state;
  }
  return { state, effects, taken };
}

const END: readonly EnvironmentEvent[] = [
  { type: 'stop', reason: 'dropped' },
  { type: 'exit', exit: EXIT },
];

const count = (effects: readonly Effect[], type: Effect['type']) =>
  effects.filter((effect) => effect.type === type).length;

test('no invocation is lost and none is answered twice, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      const { effects, taken } = run([...events, ...END]);
      const returned = count(effects, 'give-back');
      assert.equal(count(effects, 'settle') + returned, taken);
      assert.equal(count(effects, 'finish') + returned, taken);
    }),
    { numRuns: 2_000 },
  );
});

test('each settlement is followed by its own finish before the next delivery', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      let open: string | undefined;
      let settled = false;
      for (const effect of run(events).effects) {
        if (effect.type === 'deliver') {
          assert.equal(open, undefined);
          open = effect.requestId;
          settled = false;
        } else if (effect.type === 'settle') {
          if (open !== undefined) assert.equal(effect.requestId, open);
          assert.equal(settled, false);
          settled = true;
        } else if (effect.type === 'give-back') {
          assert.equal(effect.requestId, open);
          assert.equal(settled, false);
          open = undefined;
        } else if (effect.type === 'finish') {
          assert.equal(settled, true);
          open = undefined;
          settled = false;
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

test('an environment whose process is gone has ended, and ended once', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      const { state, effects } = run([...events, ...END]);
      assert.equal(state.phase, 'ended');
      assert.equal(count(effects, 'ended'), 1);
      assert.equal(effects.at(-1)?.type, 'ended');
    }),
    { numRuns: 2_000 },
  );
});

test('an invocation is handed over only to an idle environment', () => {
  const states: EnvironmentState[] = [
    STARTING,
    { phase: 'away' },
    { phase: 'restarting', requestId: 'a' },
    { phase: 'busy', requestId: 'a' },
    { phase: 'answered', requestId: 'a' },
    { phase: 'stopping' },
    { phase: 'ended' },
  ];
  for (const state of states) {
    assert.deepEqual(transition(state, { type: 'dispatch', requestId: 'b' }), { refused: 'invalid-state' });
  }
});

test('the refusals of the Runtime API', () => {
  const busy: EnvironmentState = { phase: 'busy', requestId: 'a' };
  const answered: EnvironmentState = { phase: 'answered', requestId: 'a' };
  const cases: [string, EnvironmentState, EnvironmentEvent, string][] = [
    ['a wrong id', busy, response('b'), 'invalid-request-id'],
    ['a second response', answered, response('a'), 'invalid-state'],
    [
      'an error after the response',
      answered,
      { type: 'error', requestId: 'a', failure: FAILURE },
      'invalid-state',
    ],
    ['init error after next', busy, { type: 'init-error', failure: FAILURE }, 'invalid-state'],
    ['next before an answer', busy, { type: 'next' }, 'invalid-state'],
    [
      'next after an init that failed',
      { phase: 'starting', failed: true },
      { type: 'next' },
      'invalid-state',
    ],
    ['a response without invocation', { phase: 'idle' }, response('a'), 'invalid-request-id'],
  ];
  for (const [what, state, event, refused] of cases) {
    assert.deepEqual(transition(state, event), { refused }, what);
  }
});

test('a first init is over once, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      assert.equal(count(run([...events, ...END]).effects, 'init-over'), 1);
    }),
    { numRuns: 2_000 },
  );
});

test('a second init error ends the environment and its invocation', () => {
  const result = transition(
    { phase: 'restarting', requestId: 'a' },
    { type: 'init-error', failure: FAILURE },
  );
  assert.ok(!('refused' in result));
  assert.deepEqual(
    result.effects.map(({ type }) => type),
    ['settle', 'finish', 'kill'],
  );
  assert.equal(result.state.phase, 'stopping');
});

test('an environment is available again only after it was unavailable or has answered', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      let isAvailable = false;
      for (const { type } of run(events).effects) {
        if (type === 'available') {
          assert.equal(isAvailable, false);
          isAvailable = true;
        } else if (type === 'deliver' || type === 'unavailable') isAvailable = false;
      }
    }),
    { numRuns: 2_000 },
  );
});
