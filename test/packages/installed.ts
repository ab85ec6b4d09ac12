import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpath, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { writePackage } from '../../packages/local-lambda/test/fixture-package.ts';

const run = promisify(execFile);

/** A Node and the version that it reports, such as `v20.19.0`. */
export interface Node {
  readonly path: string;
  readonly version: string;
}

/** The Nodes of the PATH, each version once, this process's own first. */
export async function findNodes(): Promise<readonly Node[]> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = new Map([[process.version, process.execPath]]);
  for (const folder of folders) {
    const path = await realpath(join(folder, 'node')).catch(() => undefined);
    if (path === undefined) continue;
    const version = await run(path, ['--version']).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    if (version !== undefined && !found.has(version)) found.set(version, path);
  }
  return [...found].map(([version, path]) => ({ version, path }));
}

/** Writes a deployment package of a project that is not ours: a function, and a table that it reads. */
export async function writeForeignPackage(folder: string): Promise<string> {
  const source = `export const handler = async () => {
  const response = await fetch(process.env.AWS_ENDPOINT_URL_DYNAMODB, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.ListTables',
      'x-amz-date': '20000101T000000Z',
      authorization: 'AWS4-HMAC-SHA256 Credential=a/20000101/b/dynamodb/aws4_request, SignedHeaders=host, Signature=c',
    },
    body: '{}',
  });
  return [process.version, (await response.json()).TableNames];
};`;
  const Properties = {
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  };
  return writePackage(
    join(folder, 'package'),
    { orders: { source, routes: ['GET /orders'] } },
    { Orders: { Type: 'AWS::DynamoDB::Table', Properties } },
  );
}

/** The commands of packages that are installed in a folder, as the given Node runs them. */
export function commandsIn(folder: string, node: Node) {
  const env = { ...process.env, PATH: [dirname(node.path), process.env['PATH']].join(delimiter) };
  const program = (name: string) => join(folder, 'node_modules/.bin', name);
  return {
    run: (name: string, ...args: string[]) => run(node.path, [program(name), ...args], { cwd: folder, env }),
    start: (name: string, ...args: string[]) =>
      spawn(node.path, [program(name), ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] }),
    evaluate: (code: string, kind: 'module' | 'commonjs') =>
      run(node.path, [`--input-type=${kind}`, '-e', code], { cwd: folder, env }),
  };
}

/** Serves a foreign package from an installed local-lambda and calls it; gives the folder of the logs. */
export async function checkHost(t: TestContext, folder: string, node: Node): Promise<string> {
  const commands = commandsIn(folder, node);
  const packageDir = await writeForeignPackage(folder);
  const logs = join(folder, `logs-${node.version}`);
  const host = commands.start('local-lambda', '--package', packageDir, '--port', '0', '--logs', logs);
  t.after(() => host.kill('SIGKILL'));
  let output = '';
  while (!/Try: curl -i '/.test(output)) {
    const [chunk] = (await Promise.race([
      once(host.stdout, 'data'),
      once(host, 'exit').then(([code]) => Promise.reject(new Error(`local-lambda ended with ${code}`))),
    ])) as [Buffer];
    output += chunk.toString();
  }
  const [, url = ''] = /Try: curl -i '([^']+)'/.exec(output) ?? [];
  assert.deepEqual(await (await fetch(url)).json(), [node.version, ['orders']]);
  const exited = once(host, 'exit');
  host.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
  return logs;
}

/** Queries the log of that one call with an installed log-insights, as a command and as a library. */
export async function checkInsights(folder: string, node: Node, logs: string): Promise<void> {
  const query = 'filter @type = "REPORT" | stats count(*) as calls by @log';
  const args = ['--local', logs, '--group', '/aws/lambda/orders', '--format', 'json'];
  const commands = commandsIn(folder, node);
  const { stdout } = await commands.run('log-insights', '-q', query, ...args);
  assert.match(stdout, /"calls": ?1\b/);
  const library = `import { logFolder, toRecords } from '@sheep-shed/log-insights';
    import { LAMBDA_PRICES } from '@sheep-shed/log-insights/cost';
    import { summariseReports } from '@sheep-shed/log-insights/report-lines';
    const logs = logFolder(${JSON.stringify(logs)});
    const [{ calls }] = toRecords(await logs.query(${JSON.stringify(query)}));
    const summary = (await summariseReports(logs)).get('orders');
    process.stdout.write([calls, summary.coldStarts, LAMBDA_PRICES['lambda-requests'].usd].join());`;
  assert.equal((await commands.evaluate(library, 'module')).stdout, '1,1,0.2');
}

/** Loads the plugin and the library of local-lambda, each in the way in which others load them. */
export async function checkEntries(folder: string, node: Node): Promise<void> {
  const commands = commandsIn(folder, node);
  const plugin = `const Plugin = require('@sheep-shed/local-lambda');
    process.stdout.write(Object.keys(new Plugin({}, {}).commands).join());`;
  assert.equal((await commands.evaluate(plugin, 'commonjs')).stdout, 'local');
  const library = `import { startLocalLambda } from '@sheep-shed/local-lambda';
    import { startDynamodb } from '@sheep-shed/local-lambda/dynamodb';
    process.stdout.write([typeof startLocalLambda, typeof startDynamodb].join());`;
  assert.equal((await commands.evaluate(library, 'module')).stdout, 'function,function');
}

/** Compiles a program that uses the declarations. @param compiler path of `tsc`. */
export async function checkTypes(folder: string, compiler: string): Promise<void> {
  await writeFile(
    join(folder, 'use.mts'),
    `import { type LocalLambda, startLocalLambda } from '@sheep-shed/local-lambda';
const host: LocalLambda = await startLocalLambda({ packageDir: 'x', logsDir: 'y', port: 0 });
const url: string = host.url;
// @ts-expect-error A port is a number.
await startLocalLambda({ packageDir: url, logsDir: 'y', port: 'z' });
import { cloudWatch, type LogSource, type QueryResult } from '@sheep-shed/log-insights';
const logs: LogSource = cloudWatch('eu-west-3');
const result: QueryResult = await logs.query('fields @message', { groups: [url] });
// @ts-expect-error A column is an object.
const column: string = result.columns[0];
`,
  );
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
  await run(process.execPath, [compiler, ...options, 'use.mts'], { cwd: folder }).catch((error) => {
    assert.fail(error.stdout);
  });
}
