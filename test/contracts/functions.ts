/** Checks a host against what every function does on every host. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CASES, type CallOutcome, type FunctionCase, type FunctionHost } from './function-cases.ts';
import { servedBy } from './function-hosts.ts';

/** Registers the contract of the functions that a host serves as test cases of node:test. */
export function functionsContract(host: FunctionHost): void {
  describe(`the functions on ${host.name}`, () => {
    for (const { name } of servedBy(host.name)) {
      const cases = CASES.filter(({ functionName }) => functionName === name);
      assert.ok(cases.length > 0, `${name} has rows in the contract`);
      for (const [i, one] of cases.entries()) {
        const skip =
          one.before?.objects !== undefined && host.world.bucket === undefined && `no S3 here: *.queues.ts`;
        it(`${name} ${i + 1}`, { skip }, () => checkCase(host, one));
      }
    }
  });
}

async function checkCase(host: FunctionHost, row: FunctionCase): Promise<void> {
  const { functionName, event, outcome, before, after } = row;
  const { shed, bucket } = host.world;
  if (before?.sheep !== undefined) {
    await shed.clear();
    await shed.load(before.sheep);
  }
  if (before?.objects !== undefined) await bucket?.clear();
  for (const [key, body] of Object.entries(before?.objects ?? {})) await bucket?.put(key, body);
  const given = typeof event === 'function' ? event(bucket?.name ?? '') : event;
  compare(await host.call(functionName, given), outcome, host.isOneWay === true);
  await after?.(host.world);
}

function compare(actual: CallOutcome, expected: FunctionCase['outcome'], isOneWay: boolean): void {
  if (typeof expected === 'object' && 'code' in expected) {
    assert.deepEqual(actual, isOneWay ? { kind: 'error' } : { kind: 'error', ...expected });
  } else if (isOneWay || expected === 'nothing') {
    assert.deepEqual(actual, { kind: 'nothing' });
  } else if (expected instanceof RegExp) {
    assert.ok(actual.kind === 'json', JSON.stringify(actual));
    assert.match(actual.text, expected);
  } else if (typeof expected === 'string') {
    assert.deepEqual(actual, { kind: 'json', text: expected });
  } else {
    const { type, bytes } = expected;
    assert.ok(actual.kind === 'bytes', JSON.stringify(actual));
    assert.equal(actual.type, type);
    if (bytes instanceof RegExp) assert.match(new TextDecoder().decode(actual.bytes), bytes);
    else assert.deepEqual(actual.bytes, Uint8Array.from(bytes));
  }
}
