import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAws } from '../../../bench/stacks/aws-clients.ts';

test('the services of a region are reached at the domain of its partition', async () => {
  for (const [Region, domain] of [
    ['eu-west-3', 'amazonaws.com'],
    ['eusc-de-east-1', 'amazonaws.eu'],
    ['cn-north-1', 'amazonaws.com.cn'],
    ['us-gov-west-1', 'amazonaws.com'],
  ] as const) {
    const clients = await openAws(Region, { sleep: async () => undefined });
    const asked = { Region, UseDualStack: false, UseFIPS: false };
    const { dynamodb, lambda, gateway } = clients;
    assert.deepEqual(
      [dynamodb, lambda, gateway].map(({ config }) => config.endpointProvider(asked).url.hostname),
      ['dynamodb', 'lambda', 'apigateway'].map((service) => `${service}.${Region}.${domain}`),
    );
    clients.close();
  }
});
