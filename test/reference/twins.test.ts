import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../packages/log-insights/test/any-character.ts';
import type { HttpTarget, TargetTable } from '../contracts/http.ts';
import { errorLog } from './error-log.ts';
import { startFaultyDatabase } from './faulty-database.ts';
import { inProcessFetch } from './in-process.ts';
import { startPythonStack } from './python-stack.ts';
import { typescriptShed, typescriptStack } from './typescript-stack.ts';

const database = await startFaultyDatabase();
after(() => database.close());
const python = await startPythonStack('twin-python', database.endpoint, errorLog());
after(() => python.close());

interface Twin {
  readonly fetch: HttpTarget['fetch'];
  readonly table: TargetTable;
}
const twins: readonly Twin[] = [
  {
    fetch: inProcessFetch(typescriptStack(typescriptShed('twin-ts', database.endpoint), errorLog()), '2.0'),
    table: await database.createTable('twin-ts'),
  },
  { fetch: inProcessFetch(python.invoke, '2.0'), table: await database.createTable('twin-python') },
];

/** Few tattoos, so that they meet again; weights with primes among them, some equal. */
const tattoo = fc.oneof(fc.bigInt(0n, 12n), fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 1n));
const weight = fc.oneof(
  fc.constantFrom(159_999_999_983, 80_000_000_021, 399_989 ** 2, 160_000_000_000),
  fc.integer({ min: 80_000_000_000, max: 160_000_000_000 }),
);
const text = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 50 }),
  fc.stringMatching(/^[-+ 0-9.e_٧]{0,22}$/),
);
const encoded = text.map((raw) => encodeURIComponent(raw));
const request = fc.oneof(
  tattoo.map((number) => `POST /sheep/${number}`),
  encoded.filter((segment) => !/^\.*$/.test(segment)).map((segment) => `POST /sheeps/${segment}`),
  fc.constantFrom('GET /dog', 'DELETE /wolf', 'DELETE /wolf'),
  fc.tuple(fc.nat(5), fc.nat(12)).map(([m, n]) => `GET /cat?m=${m}&n=${m < 3 ? n * 50 : Math.min(n, 5)}`),
  fc.tuple(encoded, encoded).map(([m, n]) => `GET /cat?m=${m}&n=${n}`),
  encoded.map((m) => `GET /cat?m=1&m=${m}&n=2`),
);

test('the same herd and the same requests: the same answers, the same table', {
  timeout: 120_000,
}, async () => {
  const herd = fc.uniqueArray(fc.record({ tattoo, weight }), {
    selector: (sheep) => sheep.tattoo,
    maxLength: 10,
  });
  await fc.assert(
    fc.asyncProperty(herd, fc.array(request, { minLength: 1, maxLength: 12 }), async (sheep, requests) => {
      for (const { table } of twins) {
        await table.clear();
        await table.load(sheep);
      }
      for (const line of requests) {
        const [one, other] = await Promise.all(twins.map((twin) => answerOf(twin, line)));
        assert.deepEqual(other, one, `python answers otherwise than ts to ${line}`);
        await compareTables(line);
      }
    }),
    { numRuns: 40, interruptAfterTimeLimit: 60_000 },
  );
});

/** Answer without what differs by design: the request id, and a new sheep's weight. */
async function answerOf({ fetch }: Twin, line: string) {
  const space = line.indexOf(' ');
  const response = await fetch(line.slice(space + 1), { method: line.slice(0, space) });
  const body = (await response.text())
    .replace(/"requestId":"[^"]+"/, '"requestId":""')
    .replace(/"weight":\d+/, '"weight":0');
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
}

/** Compares the tables, then gives the new sheep of one twin to the other, so that wolves stay comparable. */
async function compareTables(line: string): Promise<void> {
  const [ts, py] = await Promise.all(twins.map(({ table }) => table.read()));
  assert.deepEqual(
    py?.map((sheep) => sheep.tattoo),
    ts?.map((sheep) => sheep.tattoo),
    `the tables differ after ${line}`,
  );
  const differing = ts?.filter((sheep, i) => sheep.weight !== py?.[i]?.weight) ?? [];
  assert.ok(differing.length <= (line.startsWith('POST') ? 1 : 0), `weights changed by ${line}`);
  await twins[1]?.table.load(differing);
}
