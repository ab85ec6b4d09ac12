/** Two stacks side by side: the same herd and the same requests must give the same answers and the same table. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anyCharacter } from '../../packages/log-insights/test/any-character.ts';
import type { HttpTarget, TargetTable } from '../contracts/http.ts';

/** One of two stacks that are compared. */
export interface Twin {
  /** As it stands in messages. */
  readonly name: string;
  readonly fetch: HttpTarget['fetch'];
  readonly table: TargetTable;
}

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

const herd = fc.uniqueArray(fc.record({ tattoo, weight }), {
  selector: (sheep) => sheep.tattoo,
  maxLength: 10,
});

/** Gives both twins the same herds and requests. @throws AssertionError at the first difference. */
export async function compareTwins(twins: readonly [Twin, Twin]): Promise<void> {
  const [one, other] = twins;
  await fc.assert(
    fc.asyncProperty(herd, fc.array(request, { minLength: 1, maxLength: 12 }), async (sheep, requests) => {
      for (const { table } of twins) {
        await table.clear();
        await table.load(sheep);
      }
      for (const line of requests) {
        const [expected, found] = await Promise.all([answerOf(one, line), answerOf(other, line)]);
        assert.deepEqual(found, expected, `${other.name} answers otherwise than ${one.name} to ${line}`);
        await compareTables(one, other, line);
      }
    }),
    { numRuns: 40, interruptAfterTimeLimit: 60_000 },
  );
}

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
async function compareTables(one: Twin, other: Twin, line: string): Promise<void> {
  const [expected, found] = await Promise.all([one.table.read(), other.table.read()]);
  assert.deepEqual(
    found.map((sheep) => sheep.tattoo),
    expected.map((sheep) => sheep.tattoo),
    `the tables differ after ${line}`,
  );
  const differing = expected.filter((sheep, i) => sheep.weight !== found[i]?.weight);
  assert.ok(differing.length <= (line.startsWith('POST') ? 1 : 0), `weights changed by ${line}`);
  await other.table.load(differing);
}
