import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { build, stop } from 'esbuild';
import { startHost } from '../../packages/local-lambda/test/fixture-package.ts';

const ROOT = join(import.meta.dirname, '../..');
const ENVIRONMENT = { SHEEP_SHED_TABLE: 'sheep-shed-test', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' };

const { outputFiles } = await build({
  entryPoints: [join(ROOT, 'src/functions/get-dog/handler.ts')],
  bundle: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  write: false,
});
after(() => stop());
const handler = outputFiles[0]?.contents ?? new Uint8Array();

/** The log of a dog that is called once, with variables that are deleted before it starts. */
async function logOf(
  t: TestContext,
  missing: readonly string[],
  variables: Readonly<Record<string, string>>,
) {
  const entry = `for (const name of ${JSON.stringify(missing)}) delete process.env[name];
const { handler } = await import('./handler.mjs');
export { handler };`;
  const files = { 'handler.mjs': handler, 'index.mjs': new TextEncoder().encode(entry) };
  const host = await startHost(t, { dog: { files } }, { environment: { ...ENVIRONMENT, ...variables } });
  const { errorType, payload } = await host.invoke('dog', {});
  return { lines: await host.logLines('dog'), errorType, payload: JSON.stringify(payload) };
}

for (const variable of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'SHEEP_SHED_TABLE']) {
  test(`without ${variable} init ends, and the log names it once`, async (t) => {
    const { lines, errorType, payload } = await logOf(t, [variable], {});
    // Lambda repeats an init that failed within the invocation, after START.
    const init = lines.slice(0, 1 + lines.findIndex((line) => line.startsWith('INIT_REPORT')));
    const named = init.filter((line) => line.includes(`${variable} is missing: it must be`));
    assert.equal(named.length, 1);
    assert.match(init.at(-1) ?? '', /Status: error\tError Type: OptionError$/);
    assert.equal(errorType, 'OptionError');
    assert.match(payload, new RegExp(`${variable} is missing`));
  });
}

test('a wrong region and a wrong endpoint are named with their values, a wrong key without', async (t) => {
  for (const [variables, said] of [
    [{ AWS_REGION: 'Paris' }, 'AWS_REGION must be an AWS region, such as eu-west-3; got \\"Paris\\"'],
    [{ AWS_ENDPOINT_URL_DYNAMODB: 'ftp://a' }, 'AWS_ENDPOINT_URL_DYNAMODB must be an http'],
    [{ AWS_SECRET_ACCESS_KEY: 's3 cret' }, 'AWS_SECRET_ACCESS_KEY must be'],
  ] as const) {
    const { lines } = await logOf(t, [], variables);
    assert.ok(
      lines.some((line) => line.includes(said)),
      said,
    );
    assert.ok(!lines.join('\n').includes('s3 cret'));
  }
});
