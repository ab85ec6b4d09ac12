import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { OptionError } from '@sheep-shed/options';
import type { AgentResult } from '../../../bench/results/agent-result.ts';
import type { ToldLoad } from '../../../bench/results/load-result.ts';
import schema from '../../../bench/results/result.schema.json' with { type: 'json' };
import type { BenchResult } from '../../../bench/results/result.ts';
import { MAX_RESULT_BYTES, readResult, writeResult } from '../../../bench/results/result-file.ts';
import { bareResult, sampleResult } from '../sample-result.ts';

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'result-file-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** What JSON can hold of a value: nothing that is undefined. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** An agent with all that may be said of one. */
const WHOLE_AGENT: AgentResult = {
  agent: 1,
  environments: 2,
  calls: 10,
  lost: 1,
  dropped: 1,
  wrong: 1,
  throttled: { gateway: 2, lambda: 1 },
  p50Ms: 3,
  p99Ms: 9,
  startMs: 1.5,
  lateMs: 120,
  clockErrorMs: 2,
  fault: 'late',
  problem: 'began 120 ms after the agreed moment',
};

/** A broken-off round has every property that a round may have. */
function wholeResult(): BenchResult {
  const whole = sampleResult({ hasCpu: true });
  const [first, ...others] = whole.scenarios;
  assert.ok(first);
  const throttle = <T extends { readonly load: ToldLoad }>(one: T) => ({
    ...one,
    load: { ...one.load, throttled: { gateway: 2, lambda: 1 } },
  });
  const told = { quantiles: [[0.5, 1000]] as const, mean: 1100 };
  const rounds = first.rounds.map((round) => ({
    ...round,
    load: { ...throttle(round).load, told },
    cpuMs: 12.5,
    rows: 1000,
    agents: [WHOLE_AGENT],
    startSkewMs: 1.5,
    brokenOff: 'the stack stopped answering',
  }));
  const incomparable = 'the herds differ';
  return {
    ...whole,
    plan: { ...whole.plan, against: 'HEAD~1', rows: 1000, megapixels: 12, agents: 1 },
    agents: { count: 1, region: 'eu-west-3', functionName: 'load-agent' },
    amqpFloor: { requestsPerSecond: 4_000, latencyMs: 0.4 },
    rateCurves: whole.rateCurves.map((curve) => ({
      ...curve,
      steps: curve.steps.map((step) => ({ ...throttle(step), load: { ...throttle(step).load, told } })),
    })),
    stacks: whole.stacks.map((stack) => ({
      ...stack,
      commit: 'bc385f4a0c0ffee0',
      stage: 'dev',
      region: 'eu-west-3',
    })),
    machine: { ...whole.machine, yardstickMs: 3.5 },
    coldStarts: whole.coldStarts.map((one) => ({
      ...one,
      starts: one.starts.map((start) => ({ ...start, cpuMs: 1.5, initCpuMs: 80 })),
    })),
    scenarios: [
      { ...first, rounds, cpuMsPerCall: 2.5, incomparable, violations: ['two too few'] },
      ...others,
    ],
  };
}

/** The bare result as if another engine's file had told as little as it may. */
function barestResult(): BenchResult {
  const bare = bareResult();
  const untold = {
    duration: undefined,
    connections: undefined,
    model: undefined,
    m: undefined,
    n: undefined,
  };
  const unknown = { model: undefined, lost: undefined, timedOut: undefined, elapsedMs: undefined };
  return {
    ...bare,
    plan: { ...bare.plan, ...untold, herd: undefined, seed: undefined, timeout: undefined, stage: undefined },
    machine: undefined,
    versions: { ...bare.versions, node: undefined },
    scenarios: bare.scenarios.map((one) => ({
      ...one,
      rounds: one.rounds.map((round) => ({ ...round, load: { ...round.load, ...unknown } })),
    })),
    rateCurves: [],
  };
}

test('what is written is read again, with everything there and with everything missing that may be', async (t) => {
  const folder = await temporaryFolder(t);
  for (const result of [wholeResult(), bareResult(), barestResult()]) {
    const path = join(folder, 'deep', 'result.json');
    await writeResult(path, result);
    assert.deepEqual(await readResult(path), asJson(result));
  }
  assert.deepEqual(await readdir(join(folder, 'deep')), ['result.json'], 'no partial file stays');
});

interface Node {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node | false;
}

const definitions: Readonly<Record<string, Node>> = schema.$defs as never;
const resolve = (node: Node): Node =>
  node.$ref === undefined ? node : (definitions[node.$ref.split('/').at(-1) ?? ''] ?? {});

/** Every property that the schema knows, as a path with `[]` for the items of an array. */
function* schemaPaths(node: Node, path = ''): Generator<{ path: string; isRequired: boolean }> {
  const { properties = {}, required = [], items } = resolve(node);
  for (const [name, child] of Object.entries(properties)) {
    yield { path: `${path}.${name}`, isRequired: required.includes(name) };
    yield* schemaPaths(child, `${path}.${name}`);
  }
  if (items) yield* schemaPaths(items, `${path}[]`);
}

function* valuePaths(value: unknown, path = ''): Generator<string> {
  if (Array.isArray(value)) for (const one of value) yield* valuePaths(one, `${path}[]`);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, child] of Object.entries(value)) {
      yield `${path}.${name}`;
      yield* valuePaths(child, `${path}.${name}`);
    }
  }
}

test('schema and TypeScript types agree: the typed whole result has every property, the typed bare one the required', () => {
  const whole = new Set(valuePaths(asJson(wholeResult())));
  const bare = new Set(valuePaths(asJson(barestResult())));
  for (const { path, isRequired } of schemaPaths(schema as Node)) {
    assert.ok(whole.has(path), `the whole result lacks ${path}`);
    // What the bare result leaves out must be what the schema leaves out, or reading it had failed.
    if (!isRequired)
      assert.ok(!bare.has(path), `${path} may be undefined in the types, but is in the bare result`);
  }
});

test('a property beyond the schema is refused on reading; on writing the file stays and the error names it', async (t) => {
  const path = join(await temporaryFolder(t), 'result.json');
  const odd = { ...sampleResult(), colour: 'blue' } as BenchResult;
  await assert.rejects(writeResult(path, odd), /was written, but .* "additionalProperty":"colour"|colour/);
  assert.equal(JSON.parse(await readFile(path, 'utf8')).colour, 'blue');
  await assert.rejects(readResult(path), /is damaged: the file must NOT have additional properties .*colour/);
});

test('a file that is not understood is named, with what is wrong and what is understood', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'broken.json');
  const good = JSON.stringify(sampleResult());
  const rows: readonly [text: string, what: RegExp][] = [
    [good.slice(0, good.length / 2), /is cut off or no JSON \(.*\)/],
    ['', /is cut off or no JSON/],
    ['[1, 2]', /is not of the bench: its "kind" must be "sheep-shed-bench"; got none/],
    ['null', /is not of the bench/],
    ['{"kind":"other"}', /got "other"/],
    [good.replace('"version":6', '"version":3'), /is of version 3, whose format differs/],
    [good.replace('"cores":2', '"cores":"two"'), /is damaged: "\/machine\/cores" must be integer/],
    [good.replace('"isComplete":true,', ''), /must have required property 'isComplete'/],
  ];
  for (const [text, what] of rows) {
    await writeFile(path, text);
    await assert.rejects(readResult(path), (error) => {
      assert.ok(error instanceof OptionError);
      assert.ok(error.message.startsWith(path), error.message);
      assert.match(error.message, what);
      assert.match(error.message, /; understood are result files of npm run bench, version 6$/);
      return true;
    });
  }
  await assert.rejects(readResult(join(folder, 'none.json')), /cannot be read \(no such file\)/);
  await assert.rejects(readResult(folder), /cannot be read \(.*directory/);
});

test('a file beyond the limit is refused before it is read', async (t) => {
  const path = join(await temporaryFolder(t), 'huge.json');
  await writeFile(path, '');
  // A sparse file: it takes no room on the disk.
  await truncate(path, MAX_RESULT_BYTES + 1);
  await assert.rejects(readResult(path), /has 100000001 bytes, more than 100000000/);
});
