import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CloudFormationClient, CloudFormationClientConfig } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { partitionProblem } from '../../bench/plan/api-address.ts';
import { endpointOf } from '../../src/adapters/dynamodb/thin-client.ts';
import { ROOT } from './packages.ts';

interface PartitionsModule {
  readonly REGIONS: Readonly<Record<string, readonly string[]>>;
  regionProblem(region: string): string | undefined;
  cloudFormationOf(config: CloudFormationClientConfig, region: string): CloudFormationClient;
}

const require = createRequire(import.meta.url);
const { REGIONS, regionProblem, cloudFormationOf }: PartitionsModule = require(
  join(ROOT, 'deploy/partitions.cjs'),
);

test('what can be deployed to can be measured, by the thin client too, at the address that the SDK has', () => {
  assert.deepEqual(Object.keys(REGIONS), ['aws', 'aws-eusc', 'aws-cn', 'aws-us-gov']);
  for (const region of Object.values(REGIONS).flat()) {
    assert.equal(regionProblem(region), undefined);
    assert.equal(partitionProblem(region), undefined);
    const { config } = new DynamoDBClient({ region });
    const { url } = config.endpointProvider({ Region: region });
    assert.equal(new URL(endpointOf(region)).href, url.href);
  }
});

test('the isolated partitions are refused by their names', () => {
  const isolated = {
    'us-iso-east-1': 'aws-iso',
    'us-isob-east-1': 'aws-iso-b',
    'eu-isoe-west-1': 'aws-iso-e',
    'us-isof-south-1': 'aws-iso-f',
  };
  for (const [region, partition] of Object.entries(isolated)) {
    const message = `in one of the partitions aws, aws-eusc, aws-cn, aws-us-gov, and not in ${partition}`;
    assert.equal(regionProblem(region), message);
    assert.ok(partitionProblem(region));
  }
});

test('the framework names its template in the S3 of the region', async (t) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push(new URLSearchParams(body).get('TemplateURL') ?? 'none');
      response.end('<ValidateTemplateResponse><ValidateTemplateResult/></ValidateTemplateResponse>');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const { validateTemplate } = require('serverless/lib/plugins/aws/deploy/lib/validate-template.js');
  for (const region of ['eusc-de-east-1', 'cn-north-1', 'us-gov-west-1', 'eu-west-3']) {
    const client = cloudFormationOf({ region, endpoint, credentials }, region);
    await validateTemplate.call({
      bucketName: 'sheep-shed',
      serverless: { service: { package: { artifactDirectoryName: 'serverless' } } },
      provider: { getRegion: () => region, naming: { getCompiledTemplateS3Suffix: () => 'template.json' } },
      cloudFormationClientPromise: Promise.resolve(client),
    });
    client.destroy();
  }
  const key = 'sheep-shed/serverless/template.json';
  assert.deepEqual(asked, [
    `https://s3.eusc-de-east-1.amazonaws.eu/${key}`,
    `https://s3.cn-north-1.amazonaws.com.cn/${key}`,
    `https://s3.us-gov-west-1.amazonaws.com/${key}`,
    `https://s3.eu-west-3.amazonaws.com/${key}`,
  ]);
});

test('the command of docs/deploy.md makes policies of any account, region and partition', () => {
  const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
  const [, commands = ''] = /^ *(for policy in [^`]*?\bdone)$/ms.exec(page) ?? [];
  const place = { ACCOUNT: '000000000000', REGION: 'eusc-de-east-1', PARTITION: 'aws-eusc' };
  const script = commands.replace(/ > \S+/, '');
  const made = execFileSync('sh', ['-euc', script], { cwd: ROOT, encoding: 'utf8', env: place });
  for (const sid of ['Sheds', 'Stacks', 'Herd']) assert.ok(made.includes(`"Sid": "${sid}"`), sid);
  const arns = [...made.matchAll(/"(arn:[^"]*)"/g)].map(([, arn = '']) => arn);
  assert.ok(arns.length > 20);
  for (const arn of arns) {
    const [, partition, service, region, account] = arn.split(':');
    assert.equal(partition, 'aws-eusc', arn);
    assert.ok(region === '' || region === place.REGION, arn);
    assert.ok(account === '' || account === place.ACCOUNT, `${service}: ${arn}`);
  }
});
