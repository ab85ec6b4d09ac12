import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiAddress } from '../../../bench/plan/api-address.ts';
import { BENCH_OPTIONS } from '../../../bench/plan/options.ts';
import { resolveWithPreset } from '../../../bench/plan/presets.ts';
import { settleOptions } from '../../../bench/plan/settle-options.ts';

const settle = (flags: Readonly<Record<string, string[]>>) =>
  settleOptions(resolveWithPreset(BENCH_OPTIONS, { flags }));
const URLS = ['ts=https://one.example', 'python=https://two.example'];

test('stage, region and signature hold for every target, or for the one that is named', () => {
  const flags = {
    url: URLS,
    region: ['eu-west-3', 'python=eusc-de-east-1'],
    stage: ['python=prod'],
    sign: ['ts=eu-west-1'],
  };
  const { targets, region, stage } = settle(flags);
  assert.deepEqual(targets, [
    { name: 'ts', url: 'https://one.example', stage: 'dev', region: 'eu-west-3', sign: 'eu-west-1' },
    { name: 'python', url: 'https://two.example', stage: 'prod', region: 'eusc-de-east-1', sign: undefined },
  ]);
  assert.deepEqual([region, stage], ['eu-west-3,python=eusc-de-east-1', 'python=prod']);
});

test('what does not fit a target names it', () => {
  const own = ['ts=https://abc123.execute-api.eu-west-3.amazonaws.com'];
  const rows: readonly [flags: Readonly<Record<string, string[]>>, line: RegExp][] = [
    [{ url: URLS, stage: ['rust=prod'] }, /--stage must name a --url, which are ts, python; got "rust=prod"/],
    [{ url: URLS, sign: ['ts=Paris'] }, /--sign must be an AWS region, .* NAME=VALUE .*; got "ts=Paris"/],
    [
      { url: URLS, region: ['ts=eu-west-3'], cold: ['3'] },
      /--cold must be 0 or come with --region .* python has no region; got "3"/,
    ],
    [
      { url: URLS, region: ['us-iso-east-1'] },
      /--region of ts must be in a partition that the bench knows \(aws-cn, aws-us-gov, aws-eusc, aws\); got "us-iso-east-1"/,
    ],
    [
      { url: own, sign: ['eu-west-1'] },
      /--sign of ts must be eu-west-3, the region of its address; got "eu-west-1"/,
    ],
  ];
  for (const [flags, line] of rows) assert.throws(() => settle(flags), line);
});

test('memory sizes are rising whole MB of Lambda, and refused beside what they cannot be measured with', () => {
  const { memory, freshEvery } = settle({ url: URLS, region: ['eu-west-3'], memory: ['128,512', '1769'] });
  assert.deepEqual([memory, freshEvery], [[128, 512, 1769], 1]);
  assert.equal(settle({}).memory, undefined);
  const rows: readonly [flags: Readonly<Record<string, string[]>>, line: RegExp][] = [
    [{ memory: ['64'] }, /--memory must be .* each a whole number of MB from 128; got "64"/],
    [{ memory: ['512,128'] }, /--memory must be 1 to 10 rising numbers/],
    [{ memory: ['128'], host: ['container'] }, /--memory must be absent when --host is container, /],
    [{ memory: ['128'], against: ['HEAD'] }, /--memory must be absent when --against is given; got "128"/],
    [{ memory: ['128'], scenario: ['import'] }, /--memory must be absent when --scenario is event-driven/],
    [
      { memory: ['128'], url: URLS, region: ['eu-west-3'], freshEvery: ['0'] },
      /--memory must be absent when --fresh-every is not 1 with --url; got "128"/,
    ],
    [
      { memory: ['128'], url: URLS },
      /--memory must come with --region and AWS credentials for every --url, .* ts has no region; got "128"/,
    ],
  ];
  for (const [flags, line] of rows) assert.throws(() => settle(flags), line);
});

test('the address of an API tells its id, stage and region, in every partition', () => {
  const rows: readonly [url: string, address: ReturnType<typeof apiAddress>][] = [
    ['https://a1.execute-api.eu-west-3.amazonaws.com', { id: 'a1', stage: '$default', region: 'eu-west-3' }],
    [
      'https://a1.execute-api.cn-north-1.amazonaws.com.cn/dev',
      { id: 'a1', stage: 'dev', region: 'cn-north-1' },
    ],
    [
      'https://a1.execute-api.eusc-de-east-1.amazonaws.eu/',
      { id: 'a1', stage: '$default', region: 'eusc-de-east-1' },
    ],
    [
      'https://a1.execute-api.us-gov-west-1.amazonaws.com',
      { id: 'a1', stage: '$default', region: 'us-gov-west-1' },
    ],
    ['http://127.0.0.1:1/_aws/execute-api/a1/%24default', { id: 'a1', stage: '$default', region: undefined }],
    ['https://a1.execute-api.eusc-de-east-1.amazonaws.com', undefined],
    ['https://a1.execute-api.us-iso-east-1.c2s.ic.gov', undefined],
    ['https://shed.example/dev', undefined],
  ];
  for (const [url, address] of rows) assert.deepEqual(apiAddress(url), address, url);
});
