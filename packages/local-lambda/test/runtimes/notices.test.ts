import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHost } from '../fixture-package.ts';

const source = 'export const handler = () => 1;';

test('a Node of another major version and layers that are not there are told of, and the function runs', async (t) => {
  const layer = { Type: 'AWS::Lambda::LayerVersion', Properties: { Content: {} } };
  const properties = { Runtime: 'nodejs18.x', Layers: [{ Ref: 'Tools' }] };
  const host = await startHost(t, { old: { source, properties } }, {}, { Tools: layer });
  assert.equal((await host.invoke('old', {})).payload, 1);
  assert.equal((await host.invoke('old', {})).payload, 1);
  assert.deepEqual(host.notices, [
    'OldLambdaFunction.Layers: arn:aws:lambda:eu-west-3:000000000000:layer:Tools:1 is in no package here; give --layer arn:aws:lambda:eu-west-3:000000000000:layer:Tools:1=DIR|ZIP',
    `nodejs18.x functions run on Node ${process.versions.node} here`,
  ]);
});

test('a function of a runtime that is not known here fails by itself', async (t) => {
  const host = await startHost(t, {
    good: { source },
    java: { source, properties: { Runtime: 'java21' } },
  });
  const { payload } = await host.invoke('java', {});
  assert.match((payload as { errorMessage: string }).errorMessage, /java21 does not run here/);
  assert.equal((await host.invoke('good', {})).payload, 1);
});

test('code that stands in the template runs', async (t) => {
  const properties = { Code: { ZipFile: 'exports.handler = async () => "inline";' } };
  const host = await startHost(t, { inline: { properties } });
  assert.equal((await host.invoke('inline', {})).payload, 'inline');
});
