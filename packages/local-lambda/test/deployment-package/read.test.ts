import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { readDeploymentPackages } from '../../src/deployment-package/read.ts';
import { readTemplates, resourcesOfType } from '../../src/deployment-package/template.ts';
import { unzip } from '../../src/deployment-package/unzip.ts';
import { temporaryFolder, writePackage } from '../fixture-package.ts';
import { zipOfZeros } from './zip-of-zeros.ts';

const HELLO = { source: 'export const handler = () => 1;' };

test('intrinsics are resolved, and those that cannot be are named with their path', async (t) => {
  const folder = await temporaryFolder(t);
  const Variables = {
    TABLE: { Ref: 'Herd' },
    ARN: { 'Fn::GetAtt': ['Herd', 'Arn'] },
    SUB: { 'Fn::Sub': [`\${AWS::StackName}/\${Herd}/\${Own}/\${!Literal}`, { Own: { Ref: 'AWS::Region' } }] },
    PICK: { 'Fn::Select': [1, { 'Fn::Split': ['-', 'a-b-c'] }] },
  };
  const herd = { Herd: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'herd-dev' } } };
  const properties = { Environment: { Variables } };
  await writePackage(folder, { hello: { ...HELLO, properties } }, herd);
  const { functions, templates } = await readDeploymentPackages([folder]);
  assert.deepEqual(functions[0]?.environment, {
    TABLE: 'herd-dev',
    ARN: 'arn:aws:dynamodb:eu-west-3:000000000000:table/herd-dev',
    SUB: `local/herd-dev/eu-west-3/\${Literal}`,
    PICK: 'b',
  });
  const tables = templates.flatMap((loaded) => resourcesOfType(loaded, 'AWS::DynamoDB::Table'));
  assert.equal(tables[0]?.properties['TableName'], 'herd-dev');

  const bad = { MemorySize: { 'Fn::Cidr': ['10.0.0.0/8', 1] } };
  await writePackage(folder, { hello: { ...HELLO, properties: bad } });
  await assert.rejects(readDeploymentPackages([folder]), {
    name: 'LocalLambdaError',
    message:
      'Resources.HelloLambdaFunction.Properties.MemorySize: Fn::Cidr cannot be resolved on this machine',
  });
});

test('region and stack name come from the state file', async (t) => {
  const folder = await writePackage(await temporaryFolder(t), { hello: HELLO });
  const state = { service: { service: 'shed', provider: { region: 'us-west-2', stage: 'prod' } } };
  await writeFile(join(folder, 'serverless-state.json'), JSON.stringify(state));
  const [own] = await readTemplates([folder]);
  assert.deepEqual([own?.scope.region, own?.scope.stackName], ['us-west-2', 'shed-prod']);
  const [other] = await readTemplates([folder], { region: 'eu-north-1' });
  assert.equal(other?.scope.region, 'eu-north-1');
});

test('what is wrong with a package is named', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(
    readDeploymentPackages([folder]),
    /holds no cloudformation-template-update-stack\.json/,
  );
  await writePackage(folder, { hello: HELLO });
  await rm(join(folder, 'hello.zip'));
  await assert.rejects(
    readDeploymentPackages([folder]),
    /Resources\.HelloLambdaFunction\.Properties\.Code: refers to serverless\/fixture\/dev\/1\/hello\.zip, but .*hello\.zip does not exist/,
  );
  await writePackage(folder, { hello: { ...HELLO, properties: { MemorySize: 64 } } });
  await assert.rejects(
    readDeploymentPackages([folder]),
    /MemorySize: must be an integer from 128 to 10240, is 64/,
  );
  await writeFile(join(folder, 'cloudformation-template-update-stack.json'), '{');
  await assert.rejects(readDeploymentPackages([folder]), /is not JSON/);
});

/** Rewrites a name within a zip, since a library writes no bad ones. */
function renamed(zip: Uint8Array, from: string, to: string): Buffer {
  return Buffer.from(Buffer.from(zip).toString('latin1').replaceAll(from, to), 'latin1');
}

test('zips that reach out of their folder, link, or explode are refused', async (t) => {
  const folder = await temporaryFolder(t);
  const target = join(folder, 'out');
  const zip = join(folder, 'a.zip');
  await mkdir(target);
  await writeFile(zip, renamed(zipSync({ 'aa/evil.txt': strToU8('x') }), 'aa/evil', '../evil'));
  await assert.rejects(unzip(zip, target), /a\.zip: .*\.\.\/evil\.txt/);
  await writeFile(zip, zipSync({ link: [strToU8('/etc/passwd'), { os: 3, attrs: (0o120777 << 16) >>> 0 }] }));
  await assert.rejects(unzip(zip, target), /entry "link" is refused: it is a symbolic link/);
  const bomb = zipOfZeros(1_024);
  assert.ok(bomb.length < 10_000_000);
  await writeFile(zip, bomb);
  await assert.rejects(unzip(zip, target), /"zeros\.bin" is refused: unpacked, the zip is larger than/);
  await writeFile(zip, zipOfZeros(1_024, 1_000));
  await assert.rejects(unzip(zip, join(folder, 'liar')), /too many bytes in the stream/);
  assert.deepEqual(await readdir(target), []);
  await writeFile(zip, 'no zip at all');
  await assert.rejects(unzip(zip, target), { name: 'LocalLambdaError' });
});
