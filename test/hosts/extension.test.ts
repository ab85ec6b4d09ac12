/** A function that no host knows of, and a host that no function knows of: neither needs a line of the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OptionTable, resolveOptions } from '@sheep-shed/options';
import { wordOf } from '@sheep-shed/options/readers';
import { ShedError } from '../../src/domain/errors.ts';
import { type AnyContext, FUNCTIONS, type PortableFunction } from '../../src/functions/catalogue.ts';
import { container } from '../../src/hosts/container/container.ts';
import { HOST_OPTIONS, optionsOf } from '../../src/hosts/host-options.ts';
import { type HostTransport, runHost } from '../../src/hosts/run-host.ts';

const GOAT_OPTIONS = { goatSays: { help: 'what it says', default: 'meh', ...wordOf(['meh', 'mäh']) } };

const GOAT: PortableFunction<AnyContext> = {
  name: 'get-goat',
  scope: 'every stack',
  run: async (_event, context) => ({ says: (context as unknown as { goatSays: string }).goatSays }),
  http: { routes: ['GET /goat'], success: 203 },
  needs: [],
  options: GOAT_OPTIONS,
};

/** Takes calls from whoever holds `call`. */
function directHost() {
  let call: ((name: string, event: unknown) => Promise<unknown>) | undefined;
  const transport: HostTransport<OptionTable> = {
    options: {},
    summary: 'serves the functions to this process',
    serves: () => true,
    cannotServe: '',
    start: async (_values, { functions, calls }) => {
      call = async (name, event) => {
        const portable = functions.find((one) => one.name === name);
        if (portable === undefined) throw new ShedError('INVALID_INPUT', `no function ${name}`);
        return calls.call(portable, event, { requestId: 'a-call', correlationId: 'an-errand' });
      };
      return { ready: 'Ready', url: '', drain: () => (call = undefined), close: async () => undefined };
    },
  };
  return { transport, call: (name: string, event: unknown) => call?.(name, event) };
}

const WORLD = {
  random: Math.random,
  clock: () => performance.now(),
  now: Date.now,
  memorySizeMb: 512,
  peakMb: () => 64,
  out: () => undefined,
  err: assert.fail,
};

test('the container serves a function that is added, with its route, its status and its option', async (t) => {
  const table = { ...optionsOf(container.options), ...GOAT_OPTIONS };
  const values = resolveOptions(table, { environment: { PORT: '0', HOST_LOGS: '-' } });
  const host = await runHost('container', container, values, WORLD, [...FUNCTIONS.slice(2, 3), GOAT]);
  t.after(() => host.stop());
  const answer = await fetch(`${host.url}/goat`);
  assert.deepEqual([answer.status, await answer.json()], [203, { says: 'meh' }]);
});

test('a host that is added serves every function, that one too', async (t) => {
  const { transport, call } = directHost();
  const table = { ...optionsOf({}), ...GOAT_OPTIONS };
  const environment = {
    HOST_LOGS: '-',
    HOST_FUNCTIONS: 'echo,get-cat,text-to-bytes',
    AWS_REGION: 'eu-west-3',
  };
  const host = await runHost('direct', transport, resolveOptions(table, { environment }), WORLD);
  t.after(() => host.stop());
  assert.deepEqual(await call('get-cat', { m: 1, n: 1 }), { result: 3 });
  const goats = directHost();
  const values = resolveOptions(table, { environment: { HOST_LOGS: '-' } });
  const other = await runHost('goats', goats.transport, values, WORLD, [GOAT]);
  assert.deepEqual(await goats.call('get-goat', {}), { says: 'meh' });
  await other.stop();
  assert.equal(goats.call('get-goat', {}), undefined, 'it takes nothing more');
});

test('no option of a function has the name of one of its host, or of another function', () => {
  const names = FUNCTIONS.flatMap(({ options }) => Object.keys(options));
  const all = [...Object.keys(HOST_OPTIONS), ...Object.keys(container.options), ...names];
  assert.deepEqual(
    all.filter((name, i) => all.indexOf(name) !== i),
    [],
  );
});
