import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startHost } from '../fixture-package.ts';
import { awsPython } from './aws-python.ts';

const run = promisify(execFile);
const GROUP = '/aws/lambda/talk';

test('the AWS command line reads and queries the logs, given --endpoint-url', async (t) => {
  const client = await awsPython();
  if (typeof client === 'string') return t.diagnostic(`passed over: ${client}`);
  const source = 'export const handler = (e) => { console.log("seen", e.n); };';
  const host = await startHost(t, { talk: { source } });
  for (let n = 0; n < 3; n += 1) await host.invoke('talk', { n });
  const env = {
    PATH: process.env['PATH'] ?? '',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_DEFAULT_REGION: 'eu-west-3',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  const aws = async (...args: string[]) => {
    const all = ['-m', 'awscli', 'logs', ...args, '--endpoint-url', host.url, '--output', 'json'];
    const { stdout } = await run(client.python, all, { env });
    return stdout === '' ? undefined : JSON.parse(stdout);
  };
  const { logGroups } = await aws('describe-log-groups', '--log-group-name-prefix', GROUP);
  assert.deepEqual(
    logGroups.map((one: { logGroupName: string }) => one.logGroupName),
    [GROUP],
  );
  const named = ['--log-group-name', GROUP];
  const { logStreams } = await aws('describe-log-streams', ...named);
  const stream = ['--log-stream-name', logStreams[0].logStreamName];
  const { events } = await aws('get-log-events', ...named, ...stream, '--start-from-head', '--limit', '2');
  assert.equal(events.length, 2);
  const found = await aws('filter-log-events', ...named, '--filter-pattern', 'seen', '--page-size', '1');
  assert.equal(found.events.length, 3);
  assert.equal(await aws('put-retention-policy', ...named, '--retention-in-days', '14'), undefined);
  const window = ['--start-time', '0', '--end-time', String(Math.ceil(Date.now() / 1_000))];
  const query = ['--query-string', 'filter @type = "REPORT" | stats count(*) as n'];
  const { queryId } = await aws('start-query', ...named, ...window, ...query);
  let answer = await aws('get-query-results', '--query-id', queryId);
  while (answer.status !== 'Complete') answer = await aws('get-query-results', '--query-id', queryId);
  assert.deepEqual(answer.results, [[{ field: 'n', value: '3' }]]);

  // Our own command line needs no credentials on this machine.
  const cli = resolve('packages/log-insights/src/cli.ts');
  const at = ['--region', 'eu-west-3', '--endpoint-url', host.url, '--group', GROUP, '--format', 'json'];
  const bare = { PATH: env.PATH, AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
  const insights = ['-q', 'filter @type = "REPORT" | stats count(*) as n', ...at];
  const printed = await run(process.execPath, [cli, ...insights], { env: bare });
  assert.match(printed.stdout, /"n":\s*3\b/);

  // Version 2 of the command line is in no package index: its tail is tried where it is installed.
  const version = await run('aws', ['--version']).catch(() => ({ stdout: '' }));
  if (!version.stdout.startsWith('aws-cli/2')) return t.diagnostic('aws logs tail passed over: no version 2');
  const tail = await run('aws', ['logs', 'tail', GROUP, '--endpoint-url', host.url, '--format', 'short'], {
    env,
  });
  assert.match(tail.stdout, /seen 2/);
});
