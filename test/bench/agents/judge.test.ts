import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClocks, estimateClock } from '../../../bench/agents/coordinator/clocks.ts';
import { judgeAgents, sayFaults, startSkew } from '../../../bench/agents/coordinator/judge.ts';
import type { AgentResult } from '../../../bench/results/agent-result.ts';

const agentOf = (figures: Partial<AgentResult>): AgentResult => ({
  agent: 1,
  environments: 1,
  calls: 1000,
  lost: 0,
  dropped: 0,
  wrong: 0,
  p50Ms: 10,
  startMs: 1,
  lateMs: 1,
  ...figures,
});

test('an agent that is late, slow, throttled or lost is named, and no other', () => {
  const rows: readonly [intent: string, agents: readonly Partial<AgentResult>[], line: string | undefined][] =
    [
      ['all alike', [{}, { p50Ms: 11 }, { p50Ms: 9, lateMs: 100 }], undefined],
      [
        'late in one of its pieces',
        [{}, { agent: 2, startMs: 1, lateMs: 101 }],
        'agent 2 began 101 ms after the agreed moment (at most 100)',
      ],
      [
        'slower than the median of the others',
        [{}, { agent: 2, p50Ms: 20.1 }, { agent: 3, p50Ms: 10 }],
        'agent 2 has a median latency of 20.1 ms where the others have 10.0',
      ],
      ['twice as slow is no proof', [{}, { p50Ms: 20 }], undefined],
      ['nor are fractions of a millisecond', [{ p50Ms: 0.2 }, { p50Ms: 1.1 }], undefined],
      ['nor few calls', [{}, { p50Ms: 90, calls: 99 }], undefined],
      ['nor few calls of the others', [{ calls: 99 }, { p50Ms: 90 }], undefined],
      ['one alone has nobody to be slower than', [{ p50Ms: 900 }], undefined],
      [
        'one that was lost is not compared, and its own words stay',
        [
          { agent: 1, fault: 'lost', problem: 'was lost: gone', p50Ms: 1 },
          { agent: 2, p50Ms: 90 },
        ],
        'agent 1 was lost: gone',
      ],
      [
        'of many three are named',
        [1, 2, 3, 4, 5].map((agent) => ({ agent, fault: 'throttled', problem: 'was throttled' })),
        'agent 1 was throttled, agent 2 was throttled, agent 3 was throttled, and 2 more',
      ],
    ];
  for (const [intent, agents, line] of rows) {
    assert.equal(sayFaults(judgeAgents(agents.map(agentOf))), line, intent);
  }
});

test('the skew is between the first and the last begin', () => {
  assert.equal(startSkew([{}, { startMs: 8, lateMs: 90 }, { startMs: 3 }].map(agentOf)), 7);
  const [none] = [agentOf({})].map(({ startMs: _, ...rest }) => rest);
  assert.equal(none && startSkew([none, none]), 0);
});

test('a clock is known as far as the way there and back lets it be', () => {
  // An hour ahead, 10 ms there, 30 ms back, 5 ms in between.
  const there = { receivedAt: 3_600_010, saidAt: 3_600_015 };
  assert.deepEqual(estimateClock(0, there, 45), { aheadMs: 3_599_990, errorMs: 21 });

  const clocks = createClocks();
  const ready = (environment: string, receivedAt: number) =>
    ({ kind: 'ready', environment, served: 0, receivedAt, saidAt: receivedAt }) as const;
  clocks.learn(0, ready('same', 3), 10);
  clocks.learn(0, ready('ahead', 1005), 10);
  // A worse exchange, after a cold start, changes nothing.
  clocks.learn(0, ready('ahead', 1400), 800);
  assert.deepEqual(clocks.known(), { ahead: 1000 });
  for (let i = 0; i < 3000; i++) clocks.learn(0, ready(`e${i}`, 5000), 10);
  assert.equal(Object.keys(clocks.known()).length, 2000);
});
