/** Checks of the functions that work on the shed. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Check, HttpTarget, StoredSheep, TargetFaults, TargetTable } from './http.ts';
import { checkError } from './http-rows.ts';

const LIGHTEST = 80_000_000_000;
const HEAVIEST = 160_000_000_000;

/** Primes and a composite near both ends of the weights, in micrograms. */
const PRIME = { light: 80_000_000_021, heavy: 159_999_999_983 };
const COMPOSITE = HEAVIEST;

const EXACT = ['0', '9007199254740992', '9007199254740993', '18446744073709551615'];

/** These need nothing but HTTP. */
const plain: Check[] = [
  {
    name: 'POST /sheep/{tattoo}: 201 and the sheep, then 409, on both paths',
    async run({ fetch }) {
      // 19 digits at most, so that a leading zero has room.
      const tattoo = randomBytes(8).readBigUInt64BE() >> 1n;
      await checkBorn(await fetch(`/sheep/${tattoo}`, { method: 'POST' }), tattoo);
      await checkTwin(await fetch(`/sheeps/${tattoo}`, { method: 'POST' }), tattoo);
      await checkBorn(await fetch(`/sheeps/${tattoo + 1n}`, { method: 'POST' }), tattoo + 1n);
      await checkTwin(await fetch(`/sheep/0${tattoo}`, { method: 'POST' }), tattoo);
    },
  },
  {
    name: 'POST /sheep/{tattoo} with a body: it is ignored, whatever it says and however large it is',
    async run({ fetch }) {
      const tattoo = randomBytes(8).readBigUInt64BE();
      const body = JSON.stringify({ tattoo: '7', weight: 1, filler: 'x'.repeat(100_000) });
      const headers = { 'content-type': 'application/json' };
      await checkBorn(await fetch(`/sheep/${tattoo}`, { method: 'POST', headers, body }), tattoo);
      await checkTwin(
        await fetch(`/sheep/${tattoo}`, { method: 'POST', headers, body: '{"not json' }),
        tattoo,
      );
    },
  },
  ...EXACT.map((digits) => ({
    name: `POST /sheep/${digits}: the number stays exact`,
    async run({ fetch, table }: HttpTarget) {
      await table?.clear();
      const response = await fetch(`/sheep/${digits}`, { method: 'POST' });
      if (table === undefined && response.status === 409) return checkTwin(response, BigInt(digits));
      await checkBorn(response, BigInt(digits));
      const [stored] = (await table?.read()) ?? [];
      assert.equal(stored?.tattoo ?? BigInt(digits), BigInt(digits));
    },
  })),
  {
    name: 'GET /dog: 200 and the count',
    async run({ fetch }) {
      const response = await fetch('/dog');
      assert.equal(response.headers.get('content-type'), 'application/json');
      assert.equal(response.status, 200);
      assert.match(await response.text(), /^\{"count":\d+\}$/);
    },
  },
];

/** These look into the table. */
const table: Check[] = [
  withTable('an answered sheep is in the table as it was answered', async ({ fetch }, shed) => {
    const sheep = await checkBorn(await fetch('/sheep/7', { method: 'POST' }), 7n);
    await checkTwin(await fetch('/sheep/7', { method: 'POST' }), 7n);
    assert.deepEqual(await shed.read(), [sheep]);
  }),
  withTable('leading zeros and percent-encoding name the same sheep', async ({ fetch }, shed) => {
    await checkBorn(await fetch('/sheep/00000000000000000007', { method: 'POST' }), 7n);
    await checkTwin(await fetch('/sheep/%37', { method: 'POST' }), 7n);
    await checkTwin(await fetch('/sheeps/07', { method: 'POST' }), 7n);
    assert.equal((await shed.read()).length, 1);
  }),
  withTable('unknown query parameters are ignored, repeated ones too', async ({ fetch }, shed) => {
    await checkBorn(await fetch('/sheep/7?tattoo=8&x=1&x=2', { method: 'POST' }), 7n);
    assert.deepEqual((await (await fetch('/dog?m=1&m=2')).json()) as unknown, { count: 1 });
    assert.equal((await fetch('/wolf?tattoo=7', { method: 'DELETE' })).status < 500, true);
    assert.ok((await shed.read()).length <= 1);
  }),
  withTable('rejected input leaves nothing in the table', async ({ fetch }, shed) => {
    await fetch('/sheep/18446744073709551616', { method: 'POST' });
    assert.deepEqual(await shed.read(), []);
  }),
  withTable('the dog counts the table', async ({ fetch }, shed) => {
    assert.equal(await (await fetch('/dog')).text(), '{"count":0}');
    await shed.load(herd(40, COMPOSITE));
    assert.equal(await (await fetch('/dog')).text(), '{"count":40}');
  }),
  withTable('the wolf of an empty shed: 404', async ({ fetch }) => checkHungry(await wolf(fetch))),
  withTable('the wolf eats by weight, then by tattoo, primes alone', async ({ fetch }, shed) => {
    await shed.load([
      { tattoo: 18_446_744_073_709_551_615n, weight: PRIME.heavy },
      { tattoo: 9n, weight: PRIME.heavy },
      { tattoo: 10n, weight: PRIME.heavy },
      { tattoo: 1n, weight: PRIME.light },
      { tattoo: 2n, weight: COMPOSITE },
    ]);
    const eaten = [9n, 10n, 18_446_744_073_709_551_615n, 1n];
    for (let meals = 1; meals <= eaten.length; meals++) {
      await checkFed(await wolf(fetch));
      const left = new Set((await shed.read()).map(({ tattoo }) => tattoo));
      assert.deepEqual(
        eaten.filter((tattoo) => !left.has(tattoo)),
        eaten.slice(0, meals).sort((a, b) => eaten.indexOf(a) - eaten.indexOf(b)),
      );
    }
    await checkHungry(await wolf(fetch));
    assert.deepEqual(await shed.read(), [{ tattoo: 2n, weight: COMPOSITE }]);
  }),
  withTable('squares of primes are not prime', async ({ fetch }, shed) => {
    await shed.load([
      { tattoo: 1n, weight: 399_989 ** 2 },
      { tattoo: 2n, weight: 399_983 * 399_989 },
    ]);
    await checkHungry(await wolf(fetch));
    assert.equal((await shed.read()).length, 2);
  }),
  withTable('200 simultaneous POSTs of one tattoo: one 201', async ({ fetch }, shed) => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => fetch('/sheep/7', { method: 'POST' })),
    );
    const born = answers.filter(({ status }) => status === 201);
    assert.equal(born.length, 1);
    const sheep = await checkBorn(born[0] as Response, 7n);
    for (const answer of answers.filter((one) => one !== born[0])) await checkTwin(answer, 7n);
    assert.deepEqual(await shed.read(), [sheep]);
  }),
  withTable('12 wolves at once over 7 primes: seven 204, five 404', async ({ fetch }, shed) => {
    const primes = herd(7, PRIME.heavy);
    const others = herd(20, COMPOSITE, 100n);
    await shed.load([...primes, ...others]);
    const answers = await Promise.all(Array.from({ length: 12 }, () => wolf(fetch)));
    const fed = answers.filter(({ status }) => status === 204);
    assert.equal(fed.length, 7);
    for (const answer of answers.filter(({ status }) => status !== 204)) await checkHungry(answer);
    assert.deepEqual(await shed.read(), others);
  }),
  withTable('sheep added while wolves and dogs scan: none is lost', async ({ fetch }, shed) => {
    await shed.load([...herd(3, PRIME.heavy), ...herd(20, COMPOSITE, 100n)]);
    const calls = await Promise.all(
      Array.from({ length: 18 }, (_, i) => {
        if (i % 3 === 0) return fetch(`/sheep/${1_000 + i}`, { method: 'POST' });
        return i % 3 === 1 ? fetch('/dog') : wolf(fetch);
      }),
    );
    const statuses = calls.map(({ status }) => status);
    const born = statuses.filter((status) => status === 201).length;
    const eaten = statuses.filter((status) => status === 204).length;
    assert.equal(born, 6);
    assert.ok(eaten >= 3, `${eaten} wolves were fed`);
    assert.equal((await shed.read()).length, 23 + born - eaten);
    for (const answer of calls.filter((_, i) => i % 3 === 1)) {
      const { count } = (await answer.json()) as { count: number };
      assert.ok(count >= 23 - eaten && count <= 23 + born, `the dog counted ${count}`);
    }
  }),
];

/** These make the database fail. */
const faults: Check[] = [
  withFaults('DynamoDB down: 500, the error in the log, nothing half done', 'down', ['PutItem', 'Scan']),
  withFaults('DynamoDB throttles: 500, the error in the log, nothing half done', 'throttled', [
    'PutItem',
    'Scan',
  ]),
  withFaults('DynamoDB fails between scan and delete: 500, nobody eaten', 'throttled', ['DeleteItem']),
];

/** The checks by what they need. */
export const shedChecks = { plain, table, faults } as const;

type Fetch = HttpTarget['fetch'];

const wolf = (fetch: Fetch) => fetch('/wolf', { method: 'DELETE' });

function withTable(name: string, run: (target: HttpTarget, shed: TargetTable) => Promise<void>): Check {
  return {
    name,
    async run(target) {
      if (target.table === undefined) throw new Error(`${target.name} has no access to its table`);
      await target.table.clear();
      await run(target, target.table);
    },
  };
}

function withFaults(name: string, kind: 'down' | 'throttled', operations: readonly string[]): Check {
  return withTable(name, async (target, shed) => {
    const broken = target.faults as TargetFaults;
    const before = herd(3, PRIME.heavy);
    await shed.load(before);
    broken.break(kind, operations);
    try {
      const requests = [
        { path: '/sheep/7', method: 'POST', operation: 'PutItem' },
        { path: '/dog', method: 'GET', operation: 'Scan' },
        { path: '/wolf', method: 'DELETE', operation: operations.includes('Scan') ? 'Scan' : 'DeleteItem' },
      ].filter(({ operation }) => operations.includes(operation));
      for (const { path, method } of requests) {
        const response = await target.fetch(path, { method });
        const { requestId } = (await response.clone().json()) as { requestId: string };
        await checkError(response, 500, 'INTERNAL_ERROR', 'internal error');
        const records = await broken.errorsLogged(requestId);
        assert.equal(records.length, 1, `records of level ERROR for ${method} ${path}`);
        assert.match(JSON.stringify(records[0]?.['error']), /"message":"./);
      }
    } finally {
      broken.mend();
    }
    assert.deepEqual(await shed.read(), before);
    assert.equal((await target.fetch('/dog')).status, 200);
  });
}

function herd(size: number, weight: number, from = 0n): StoredSheep[] {
  return Array.from({ length: size }, (_, i) => ({ tattoo: from + BigInt(i), weight }));
}

async function checkBorn(response: Response, tattoo: bigint): Promise<StoredSheep> {
  const text = await response.text();
  assert.equal(response.status, 201, text);
  assert.equal(response.headers.get('content-type'), 'application/json');
  const [, digits, weight] = /^\{"tattoo":(\d+),"weight":(\d+)\}$/.exec(text) ?? [];
  assert.equal(digits, tattoo.toString(), text);
  assert.ok(Number(weight) >= LIGHTEST && Number(weight) <= HEAVIEST, text);
  return { tattoo, weight: Number(weight) };
}

function checkTwin(response: Response, tattoo: bigint): Promise<void> {
  return checkError(response, 409, 'SHEEP_ALREADY_IN_SHED', `sheep ${tattoo} is already in the shed`);
}

function checkHungry(response: Response): Promise<void> {
  return checkError(response, 404, 'NO_FITTING_SHEEP', 'no sheep of prime weight is in the shed');
}

async function checkFed(response: Response): Promise<void> {
  assert.deepEqual([response.status, await response.text()], [204, '']);
}
