import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvRows } from '../../src/adapters/csv/csv-rows.ts';
import { memoryFlocks } from '../../src/adapters/memory/memory-flocks.ts';
import { memoryObjects } from '../../src/adapters/memory/memory-objects.ts';
import { memoryQueue } from '../../src/adapters/memory/memory-queue.ts';
import { memoryShed } from '../../src/adapters/memory/memory-shed.ts';
import type { FlockContext } from '../../src/domain/flock.ts';
import { run } from '../../src/functions/import-flock/run.ts';

const LIGHTEST = 80_000_000_000;

/** A world of adapters in memory, and a function to hand events to. */
function worldOf(given: Partial<FlockContext> = {}) {
  const weights = new Map<bigint, number>();
  const objects = memoryObjects();
  const queue = memoryQueue();
  const deadLetters = memoryQueue();
  const context: FlockContext = {
    requestId: 'r',
    correlationId: 'c',
    log: { warn: () => undefined, error: () => undefined },
    random: () => 0,
    remainingTimeMs: () => 60_000,
    flock: { objects, flocks: memoryFlocks(weights), readRows: csvRows, queue, deadLetters },
    csvDelimiter: ',',
    chunksAtOnce: 4,
    ...given,
  };
  const put = (key: string, text: string | Uint8Array) => objects.put({ bucket: 'b', key }, text);
  const read = async (key: string) => {
    const found = await objects.get({ bucket: 'b', key });
    return found && Buffer.concat(await Array.fromAsync(found.body)).toString();
  };
  const report = (key: string) => read(`${key}.errors.csv`);
  return { weights, shed: memoryShed({ weights }), objects, queue, deadLetters, context, put, report };
}

const recordOf = (key: string, eventName = 'ObjectCreated:Put') => ({
  eventName,
  s3: { bucket: { name: 'b' }, object: { key, size: 1, eTag: 'x', sequencer: '0' } },
});

test('a file made in a spreadsheet: rows become sheep, wrong ones are reported where they lie', async () => {
  const { context, put, report, weights, deadLetters } = worldOf();
  await put(
    'in/Été 1+2.csv',
    [
      '\ufeffTattoo;name;Weight;unit',
      '1;Dolly;;',
      '2;Shaun;85.5;kg',
      '003;"a ""b"" ;c";90000000000;',
      '4;;100000.25;g',
      '5;;123456789.012;mg',
      '',
      '6;;=80;kg',
      '7;;79.9;kg',
      '8;;100;stone',
      '-9;;100;kg',
      '18446744073709551616;;;',
      '10;too few',
      '3;again;;',
      '18446744073709551615;;160;kg',
      '11;;100000000000.5;ug',
    ].join('\r\n'),
  );
  const event = {
    Records: [recordOf('in/%C3%89t%C3%A9+1%2B2.csv'), recordOf('in/x', 'ObjectRemoved:Delete')],
  };
  const result = await run(event, { ...context, csvDelimiter: ';' });
  const key = 'in/Été 1+2.csv';
  assert.deepEqual(result, { files: [{ key, outcome: 'complete', added: 6, refused: 8 }] });
  assert.deepEqual(Object.fromEntries(weights), {
    1: LIGHTEST,
    2: 85_500_000_000,
    3: 90_000_000_000,
    4: 100_000_250_000,
    5: 123_456_789_012,
    '18446744073709551615': 160_000_000_000,
  });
  const weight =
    'weight must be a number of whole micrograms from 80000000000 to 160000000000 ug (80 to 160 kg)';
  assert.equal(
    await report(key),
    [
      'line,field,value,reason',
      `8,weight,'=80,"${weight}; got ""=80 kg"""`,
      `9,weight,79.9,"${weight}; got ""79.9 kg"""`,
      '10,unit,stone,"unit must be ug, mg, g or kg; got ""stone"""',
      `11,tattoo,'-9,"tattoo must be 1 to 20 digits, from 0 to 18446744073709551615; got ""-9"""`,
      '12,tattoo,18446744073709551616,"tattoo must be 1 to 20 digits, from 0 to 18446744073709551615; got ""18446744073709551616"""',
      '13,row,"10,too few","row must be of 4 fields, as the header; got 2"',
      '14,tattoo,3,sheep 3 is already in the shed',
      `16,weight,100000000000.5,"${weight}; got ""100000000000.5 ug"""`,
      '',
    ].join('\r\n'),
  );
  assert.deepEqual(deadLetters.messages, []);
});

test('of two files with one tattoo the first wins, and a report of earlier contents does not stay', async () => {
  const { context, put, report, weights, objects } = worldOf();
  await put('one', 'tattoo,weight\n7,80000000001\n');
  await put('two', 'weight,tattoo\n80000000002,7\n80000000003,8\n');
  const two = { bucket: 'b', key: 'two' };
  for (const event of [{ bucket: 'b', key: 'one' }, two, two]) await run(event, context);
  assert.deepEqual([...weights.values()], [80_000_000_001, 80_000_000_003]);
  assert.equal(
    await report('two'),
    'line,field,value,reason\r\n2,tattoo,7,sheep 7 is already in the shed\r\n',
  );
  assert.equal(await report('one'), undefined);
  // The report's own event, as S3 sends it.
  assert.deepEqual(await run({ Records: [recordOf('two.errors.csv')] }, context), { files: [] });
  await put('two', 'tattoo\n9\n');
  await run(two, context);
  assert.equal(await objects.head({ bucket: 'b', key: 'two.errors.csv' }), undefined);
  assert.equal(weights.size, 3);
});

test('what is no CSV of sheep goes to the dead letters with its reason, and what comes before it stays', async () => {
  const { context, put, report, weights, deadLetters } = worldOf();
  const rows = Array.from({ length: 500 }, (_, i) => `${i}\n`).join('');
  const files: readonly (readonly [string | Uint8Array, RegExp])[] = [
    ['', /it is empty/],
    ['name,age\nDolly,6\n', /a CSV: its first line a header with the columns tattoo.*got "name,age"/],
    ['tattoo;weight\n1;2\n', /separated by ","; got "tattoo;weight"/],
    ['tattoo,Tattoo\n1,2\n', /each once; got "tattoo,Tattoo"/],
    [new Uint8Array(100_000).fill(0), /a row of more than 65536 characters after line 0/],
    [`tattoo\n${rows}"7\n`, /a quotation mark that is never closed after line 501/],
  ];
  for (const [i, [contents, reason]] of files.entries()) {
    await put(`${i}`, contents);
    assert.deepEqual(await run({ bucket: 'b', key: `${i}` }, context), {
      files: [{ key: `${i}`, outcome: 'refused' }],
    });
    const { body = '', attributes } = deadLetters.messages[i] ?? {};
    assert.deepEqual(JSON.parse(body), { bucket: 'b', key: `${i}` });
    assert.match(attributes?.['reason'] ?? '', reason);
    assert.equal(attributes?.['code'], 'INVALID_INPUT');
    assert.match((await report(`${i}`)) ?? '', /^line,field,value,reason\r\n,file,,/);
  }
  assert.ok(weights.size >= 99 && weights.size <= 500, `${weights.size}`);
});

test('events of other forms: the test event is nothing, a missing object is told, nonsense is a dead letter', async () => {
  const warned: string[] = [];
  const { context, deadLetters } = worldOf({
    log: { warn: (message) => void warned.push(message), error: () => undefined },
  });
  assert.deepEqual(await run({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' }, context), {
    files: [],
  });
  assert.deepEqual(await run({ bucket: 'b', key: 'gone' }, context), {
    files: [{ key: 'gone', outcome: 'gone' }],
  });
  assert.deepEqual(warned, ['gone is not there any more']);
  for (const event of [
    undefined,
    7,
    {},
    { bucket: 'b' },
    { bucket: 7, key: 'x' },
    { Records: [recordOf('%zz')] },
  ]) {
    assert.deepEqual(await run(event, context), { files: [] });
  }
  assert.deepEqual(
    deadLetters.messages.map(({ attributes }) => attributes?.['reason']),
    [
      ...Array(3).fill('bucket must be the name of a bucket; got nothing'),
      'key must be the key of an object; got nothing',
      'bucket must be the name of a bucket; got 7',
      'key must be encoded as S3 does; got "%zz"',
    ],
  );
});

test('a report is bounded: its last line counts the rows that it does not show', async () => {
  const { context, put, report } = worldOf();
  await put('x', `tattoo\n${'x\n'.repeat(10_500)}`);
  await run({ bucket: 'b', key: 'x' }, context);
  const lines = (await report('x'))?.trim().split('\r\n') ?? [];
  assert.equal(lines.length, 10_002);
  assert.equal(lines.at(-1), ',,,and 500 more rows');
});

/** Uniform in [0, 1), the same for the same seed (mulberry32). */
function chancesOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A port whose calls are killed before or after what they do; in between wolves eat. */
function perilous<Port extends object>(port: Port, peril: () => void, wolf: () => void): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const method = Reflect.get(target, name);
      if (name === 'receipts' || typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        peril();
        const result = await method.apply(target, args);
        wolf();
        peril();
        return result;
      };
    },
  });
}

test('however often it is delivered, killed or out of time, while wolves eat: each row is one sheep or one error, once', async () => {
  const row = fc.oneof(
    { weight: 19, arbitrary: fc.nat({ max: 5000 }).map(String) },
    { weight: 1, arbitrary: fc.constantFrom('x', '-1') },
  );
  const files = fc.array(fc.array(row, { maxLength: 900, size: 'max' }), { minLength: 1, maxLength: 2 });
  let paused = 0;
  let killed = 0;
  await fc.assert(
    fc.asyncProperty(files, fc.integer(), async (contents, seed) => {
      const chance = chancesOf(seed);
      const { context, put, report, weights, queue, deadLetters } = worldOf();
      const came = new Map<bigint, number>();
      const { set } = weights;
      weights.set = (tattoo, weight) => {
        came.set(tattoo, (came.get(tattoo) ?? 0) + 1);
        return set.call(weights, tattoo, weight);
      };
      let kills = 10;
      const peril = (): void => {
        if (kills === 0 || chance() > 0.1) return;
        kills -= 1;
        killed += 1;
        throw new Error('killed');
      };
      const wolf = (): void => {
        const [victim] = weights.keys();
        if (victim !== undefined && chance() < 0.5) weights.delete(victim);
      };
      const timed = (): FlockContext => {
        let left = chance() < 0.5 ? 60_000 : 1;
        return {
          ...context,
          remainingTimeMs: () => left--,
          flock: {
            ...context.flock,
            objects: perilous(context.flock.objects, peril, wolf),
            flocks: perilous(context.flock.flocks, peril, wolf),
          },
        };
      };
      const events: unknown[] = [];
      for (const [i, rows] of contents.entries()) {
        await put(`${i}`, `tattoo\r\n${rows.join('\r\n')}`);
        for (let delivery = 0; delivery < 3; delivery++) events.push({ bucket: 'b', key: `${i}` });
      }
      // Two at a time, as in two environments; what fails comes again.
      while (events.length > 0) {
        const two = events.splice(0, 2);
        await Promise.all(two.map((event) => run(event, timed()).catch(() => events.push(event))));
        paused += queue.messages.length;
        for (const { body } of queue.messages.splice(0)) events.push(JSON.parse(body));
      }
      assert.deepEqual(deadLetters.messages, []);
      const rows = contents.flat();
      for (const [tattoo, times] of came) {
        const most = rows.filter((text) => text === String(tattoo)).length;
        assert.ok(times <= most, `sheep ${tattoo} came ${times} times from ${most} rows`);
      }
      let errors = 0;
      for (const i of contents.keys()) {
        const lines = ((await report(`${i}`)) ?? '').split('\r\n').slice(1, -1);
        errors += lines.length;
        assert.equal(new Set(lines.map((line) => line.split(',')[0])).size, lines.length, 'each line once');
      }
      const sheep = [...came.values()].reduce((sum, times) => sum + times, 0);
      assert.equal(sheep + errors, rows.length);
    }),
    { numRuns: 30 },
  );
  assert.ok(paused > 20 && killed > 20, `${paused} pauses, ${killed} kills`);
});
