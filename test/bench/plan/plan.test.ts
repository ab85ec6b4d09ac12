import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BENCH_OPTIONS } from '../../../bench/plan/options.ts';
import { plannedSeconds, planOf, renderPlan } from '../../../bench/plan/plan.ts';
import { PRESET_NAMES, PRESETS, resolveWithPreset } from '../../../bench/plan/presets.ts';
import { settleOptions } from '../../../bench/plan/settle-options.ts';

const BOTH = ['ts', 'python'];

function settled(flags: Readonly<Record<string, readonly string[]>>, environment = {}) {
  return settleOptions(resolveWithPreset(BENCH_OPTIONS, { flags, environment }));
}

test('every preset is made of options and values that are allowed, and says why', () => {
  for (const name of PRESET_NAMES) {
    const { values, reason } = PRESETS[name];
    assert.ok(reason.length > 50, name);
    const options = settled({ preset: [name] }) as unknown as Record<string, unknown>;
    for (const [option, value] of Object.entries(values)) assert.equal(options[option], value, option);
  }
});

test('an option that is given beats its preset, also from the environment', () => {
  assert.equal(settled({ preset: ['quick'], herd: ['7'] }).herd, 7);
  assert.equal(settled({}, { BENCH_PRESET: 'quick', BENCH_HERD: '8' }).herd, 8);
  assert.equal(settled({ preset: ['quick'], cold: ['3'] }).cold, 3);
});

test('a duration that is given beats the calls of a preset, and calls beat any duration', () => {
  assert.equal(settled({ preset: ['classic'], duration: ['5'] }).calls, undefined);
  assert.equal(settled({ preset: ['classic'] }).calls, 1000);
  assert.equal(settled({ preset: ['classic'], duration: ['5'], calls: ['500'] }).calls, 500);
});

test('cold starts are forced on this machine unless told otherwise, against a URL only when told', () => {
  assert.equal(settled({}).cold, 10);
  assert.equal(settled({ preset: ['quick'] }).cold, 0);
  assert.equal(settled({ url: ['http://x'] }).cold, 0);
  assert.equal(settled({ url: ['http://x'], region: ['eu-west-3'], cold: ['5'] }).cold, 5);
});

test('each round has new execution environments on this machine, against a URL only when told', () => {
  assert.equal(settled({}).freshEvery, 1);
  assert.equal(settled({ freshEvery: ['0'] }).freshEvery, 0);
  assert.equal(settled({ url: ['http://x'] }).freshEvery, 0);
  assert.equal(settled({ url: ['http://x'], region: ['eu-west-3'], freshEvery: ['2'] }).freshEvery, 2);
});

test('the estimates of the presets keep their promises', () => {
  const seconds = (preset: string) => plannedSeconds(planOf(BOTH, settled({ preset: [preset] }))).total;
  assert.ok(seconds('quick') < 30, `${seconds('quick')}`);
  assert.ok(seconds('default') < 90, `${seconds('default')}`);
});

test('an estimate grows with each part of a plan', () => {
  const total = (flags: Readonly<Record<string, readonly string[]>>, stacks = BOTH) =>
    plannedSeconds(planOf(stacks, settled(flags))).total;
  const plain = total({});
  for (const flags of [
    { duration: ['10'] },
    { calls: ['100000'] },
    { herd: ['100000'] },
    { warmUp: ['5'] },
    { herd: ['2000'] },
    { cold: ['100'] },
    { rateSteps: ['5,10'], slo: ['p99<1s'] },
  ]) {
    assert.ok(total(flags) > plain, JSON.stringify(flags));
  }
  assert.ok(total({}, ['ts']) < plain);
  assert.ok(total({ scenario: ['cat'] }) < plain);
});

test('the plan is told before it runs, with its time', () => {
  const plan = planOf(BOTH, settled({ rate: ['50'], arrivals: ['poisson'], cold: ['3'] }));
  assert.deepEqual(renderPlan(plan, { ...plannedSeconds(plan), total: 61.2 }), [
    'Plan default: cat, sheep, dog, wolf on ts and python, about 62 s in all',
    '  15 rounds in turns, 2 s of load a scenario and stack; 0.2 s of warm-up; new execution environments every round; open model, 50 requests/s (poisson), at most 50 at once; 1000 sheep',
    '  the rounds begin with 15 cold starts of each function',
  ]);
  const last = (flags: Readonly<Record<string, readonly string[]>>) => {
    const other = planOf(BOTH, settled(flags));
    return renderPlan(other, plannedSeconds(other)).at(-1);
  };
  assert.equal(
    last({ cold: ['20'] }),
    '  the rounds begin with 15 cold starts of each function, then 5 more',
  );
  // Starts that overlap, or take in the set-up of a connection, are no cold starts to tell of.
  for (const flags of [
    { connections: ['2'] },
    { warmUp: ['0'] },
    { engine: ['autocannon'], scenario: ['cat'] },
  ]) {
    assert.equal(last(flags), '  then 10 forced cold starts of each function');
  }
});
