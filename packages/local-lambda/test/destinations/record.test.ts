import assert from 'node:assert/strict';
import { test } from 'node:test';
import { destinationRecord } from '../../src/destinations/record.ts';

test('a payload that nests too deep to be written again stands in the record as text', () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const invocation = { requestId: 'a', payload: Buffer.from(deep), traceId: '', clientContext: undefined };
  const event = {
    functionName: 'f',
    functionArn: 'arn:aws:lambda:eu-west-3:000000000000:function:f',
    invocation: { ...invocation, onLogLine: undefined },
  };
  const outcome = { payload: Buffer.from('{"a":[1]}'), errorType: 'Error' };
  const record = destinationRecord(event, { condition: 'RetriesExhausted', attempts: 3, outcome }, 0);
  const { requestPayload, responsePayload } = JSON.parse(JSON.stringify(record));
  assert.deepEqual([requestPayload, responsePayload], [deep, { a: [1] }]);
});
