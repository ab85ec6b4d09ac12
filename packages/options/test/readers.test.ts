import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reader } from '../src/readers.ts';
import {
  awsRegion,
  decimalNumber,
  filePath,
  filePaths,
  perName,
  risingNumbers,
  tableName,
  wordOf,
} from '../src/readers.ts';

test('each reader takes what it says is allowed, and nothing else', () => {
  const rows: readonly [reader: Reader<unknown>, texts: string[], value: unknown][] = [
    [decimalNumber({ above: 0, to: 10 }, 'seconds'), ['0.5'], 0.5],
    [decimalNumber({ above: 0, to: 10 }, 'seconds'), ['0'], undefined],
    [decimalNumber({ from: 0, to: 10 }, 'seconds'), ['0'], 0],
    [decimalNumber({ from: 0, to: 10 }, 'seconds'), ['10.1'], undefined],
    [decimalNumber({ from: 0, to: 10 }, 'seconds'), ['1e1'], undefined],
    [risingNumbers(3, 100), ['1,2', '3.5'], [1, 2, 3.5]],
    [risingNumbers(3, 100), ['1,2,3,4'], undefined],
    [risingNumbers(3, 100), ['2,1'], undefined],
    [risingNumbers(3, 100), ['101'], undefined],
    [wordOf(['even', 'poisson']), ['poisson'], 'poisson'],
    [wordOf(['even', 'poisson']), ['Poisson'], undefined],
    [filePath, ['a b.json'], 'a b.json'],
    [filePath, [''], undefined],
    [filePaths, ['a', 'b'], ['a', 'b']],
    [filePaths, ['a', ''], undefined],
    [awsRegion, ['eu-west-3'], 'eu-west-3'],
    [awsRegion, ['us-gov-west-1'], 'us-gov-west-1'],
    [awsRegion, ['eusc-de-east-1'], 'eusc-de-east-1'],
    [awsRegion, ['Paris'], undefined],
    [perName(awsRegion), ['eu-west-3'], { common: 'eu-west-3', named: new Map() }],
    [
      perName(awsRegion),
      ['ts=eu-west-1', 'eu-west-3', 'python=cn-north-1'],
      {
        common: 'eu-west-3',
        named: new Map([
          ['ts', 'eu-west-1'],
          ['python', 'cn-north-1'],
        ]),
      },
    ],
    [perName(awsRegion), ['ts=Paris'], undefined],
    [perName(awsRegion), ['ts='], undefined],
    [perName(awsRegion), ['ts=eu-west-1', 'ts=eu-west-1'], undefined],
    [perName(awsRegion), ['eu-west-1', 'eu-west-3'], undefined],
    [tableName, ['sheep_shed.dev-ts'], 'sheep_shed.dev-ts'],
    [tableName, ['ab'], undefined],
  ];
  for (const [{ read, allowed }, texts, value] of rows) {
    assert.deepEqual(read(texts), value, `${allowed}: ${texts}`);
  }
});
