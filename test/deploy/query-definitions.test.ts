import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { SAVED_QUERIES } from '../cloudwatch-queries/queries.ts';

test('each saved query becomes a QueryDefinition with the text of its file', () => {
  const require = createRequire(import.meta.url);
  const { queryDefinitions } = require('../../deploy/query-definitions.cjs');
  const definitions = queryDefinitions({ logGroupNames: ['/aws/lambda/x'] });
  assert.equal(Object.keys(definitions).length, Object.keys(SAVED_QUERIES).length);
  const compare = definitions.CompareQuery;
  assert.equal(compare.Type, 'AWS::Logs::QueryDefinition');
  assert.equal(compare.Properties.Name, 'sheep-shed/compare');
  assert.deepEqual(compare.Properties.LogGroupNames, ['/aws/lambda/x']);
  assert.equal(compare.Properties.QueryString, SAVED_QUERIES['compare']);
  assert.equal('LogGroupNames' in queryDefinitions().CompareQuery.Properties, false);
});
