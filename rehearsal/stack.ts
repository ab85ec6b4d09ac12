import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STACK_NAMES, STACKS } from '../bench/stacks/catalogue.ts';
import { changePolicy, MEASURER } from './account.ts';
import { proveBadInputRefused } from './bad-input.ts';
import { checkContract } from './contract.ts';
import { countSheep, expectVersion } from './deployed-api.ts';
import { childEnvironment, REGION } from './emulator.ts';
import { CONTRACT_CALLS } from './function-calls.ts';
import { proveLeastPrivilege } from './least-privilege.ts';
import { proveRightsNeeded } from './rights-needed.ts';
import {
  apiId,
  apiUrl,
  COMMAND_LIMIT_MS,
  expectText,
  FUNCTIONS,
  functionKey,
  nameOf,
  type StackRehearsal,
  type Step,
  serverless,
} from './serverless-cli.ts';
import { countTable } from './shed-table.ts';
import { proveSigned } from './signed-api.ts';
import { proveUsersBounds } from './user-bounds.ts';

/** What stands for the id of an API in docs/measurer-policy.json. */
const FIRST_API_ID = 'a1b2c3d4e5';

/** What the second version of a stack changes in its sources: it adds a header to every answer. */
const CONTENT_TYPE = /(['"])content-type\1: \1application\/json\1/;
const WITH_VERSION = '$&, $1x-version$1: $12$1';
const CONTENT_TYPE_IN_RUST = /\.header\(CONTENT_TYPE, "application\/json"\)/;
const WITH_VERSION_IN_RUST = '$&.header("x-version", "2")';

/** Deploys one stack, and does with it whatever is done to a deployed stack, but for its removal. */
export async function rehearseStack(rehearsal: StackRehearsal): Promise<void> {
  const { stack, root, endpoint, run, project, workDir, measurer } = rehearsal;
  const step: Step = (name, body) => rehearsal.step(`${stack}: ${name}`, body);
  const sls = serverless(rehearsal);
  const measure = (script: string, ...args: string[]) =>
    run('node', [script, ...args], {
      cwd: root,
      env: childEnvironment(endpoint, measurer),
      limitMs: COMMAND_LIMIT_MS,
    });
  const bench = (...args: string[]) => {
    const out = join(project, `${stack}.json`);
    const sizes = ['--calls', '4', '--connections', '1', '--rounds', '1', '--herd', '20', '--out', out];
    return measure('bench/cli.ts', '--url', `${stack}=${url}`, ...sizes, ...args);
  };
  const table = nameOf(stack);
  let id = '';
  let url = '';

  await step('bad input', () => proveBadInputRefused(rehearsal));
  await step('deploy', async () => {
    await sls('deploy');
    id = await apiId(endpoint, stack);
    url = apiUrl(endpoint, id);
    return url;
  });
  await step('the measurer may measure this API', async () => {
    const policy = await readFile(join(root, 'docs/measurer-policy.json'), 'utf8');
    await changePolicy(endpoint, MEASURER, policy.replaceAll(FIRST_API_ID, id));
    return `${id} stands in measurer-policy.json`;
  });
  if (stack === STACK_NAMES[0]) {
    await step('nobody touches what is of others', () => proveUsersBounds(rehearsal, id));
  }
  await step('HTTP contract', () => {
    const logGroups = FUNCTIONS.map((name) => `/aws/lambda/${table}-${name}`);
    return checkContract({ endpoint, url, table, logGroups, workDir });
  });
  await step('unchanged deploy is skipped', async () => {
    expectText(await sls('deploy'), /No changes to deploy/i);
    return `${await countSheep(url)} sheep in the shed`;
  });
  await step('signed requests only', async () => {
    await sls('deploy', '--param=auth=iam');
    const proved = await proveSigned(rehearsal, id);
    await bench('--sign', REGION, '--scenario', 'cat', '--scenario', 'dog');
    await sls('deploy');
    await countSheep(url);
    return `${proved}; the bench signs; public again`;
  });
  await step('removing a line of a policy is noticed', () => proveRightsNeeded(rehearsal, url));
  await step('least privilege', () => proveLeastPrivilege(endpoint, stack, CONTRACT_CALLS));
  await step('update: new code, same sheep', async () => {
    const sheep = await countTable(endpoint, table);
    const restore = await changeSources(join(project, STACKS[stack].folder), STACKS[stack].sources);
    await sls('deploy').finally(restore);
    await expectVersion(url, '2');
    const count = await countSheep(url);
    if (count !== sheep) throw new Error(`the shed held ${sheep} sheep and holds ${count}`);
    return `x-version: 2, ${count} sheep`;
  });
  await step('invoke', async () => {
    const data = JSON.stringify({
      version: '2.0',
      rawQueryString: 'm=2&n=3',
      queryStringParameters: { m: '2', n: '3' },
      requestContext: { http: { method: 'GET', path: '/cat' } },
    });
    const output = await sls('invoke', '--function', functionKey('get-cat'), '--data', data);
    expectText(output, /result\W+9\b/);
    return 'A(2,3) is 9';
  });
  await step('logs', async () => {
    const output = await sls('logs', '--function', functionKey('get-cat'), '--startTime', '10m');
    expectText(output, /^END .*Memory Used/m);
    return `${output.trim().split('\n').length} lines`;
  });
  await step('info', async () => {
    expectText(await sls('info', '--verbose'), new RegExp(`${table}-delete-wolf`));
    return 'names functions and outputs';
  });
  await step('roll back to the first version', async () => {
    const [first] = /\b\d{13}\b/.exec(await sls('deploy', 'list')) ?? [];
    if (first === undefined) throw new Error('deploy list names no version');
    await sls('rollback', '--timestamp', first);
    await expectVersion(url, null);
    return `${await countSheep(url)} sheep`;
  });
  await step('herd', async () => {
    await measure('bench/cli.ts', 'herd', '--table', table, '--clear', '--count', '40');
    const count = await countSheep(url);
    if (count !== 40) throw new Error(`a herd of 40 was loaded, and the dog counts ${count}`);
    return 'cleared, 40 sheep loaded';
  });
  await step('small bench', async () => {
    await bench();
    return 'every answer verified';
  });
}

/** Adds the header in the one file below a folder that names the content type. @returns what takes it back. */
async function changeSources(folder: string, sources: readonly string[]): Promise<() => Promise<void>> {
  const patterns = sources.map((source) => `${source}/**/*.{ts,py,rs}`);
  const files = (await Array.fromAsync(glob(patterns, { cwd: folder }))).map((file) => join(folder, file));
  const found = [];
  for (const file of files) {
    const source = await readFile(file, 'utf8');
    const changed = source
      .replace(CONTENT_TYPE, WITH_VERSION)
      .replace(CONTENT_TYPE_IN_RUST, WITH_VERSION_IN_RUST);
    if (changed !== source) found.push({ file, source, changed });
  }
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`one source below ${folder} must name the content type; got ${found.length}`);
  }
  await writeFile(only.file, only.changed);
  return () => writeFile(only.file, only.source);
}

/** Removes a stack by the command that its owner would use. */
export async function removeStack(rehearsal: StackRehearsal): Promise<void> {
  await rehearsal.step(`${rehearsal.stack}: remove`, async () => {
    await serverless(rehearsal)('remove');
    return 'done';
  });
}
