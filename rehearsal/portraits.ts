/** The rehearsal of `--param=portraits=on`: flocks and portraits (docs/flock-import.md, docs/portraits.md). */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteBucketCommand, DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { PurgeQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import sharp from 'sharp';
import { DEPLOYER, ROOT_KEY } from './account.ts';
import { proveBounds } from './bounds.ts';
import { DEPLOYER_PORTRAIT_CALLS } from './deployer-portrait-calls.ts';
import { childEnvironment } from './emulator.ts';
import { withForeignResources } from './foreign-resources.ts';
import { proveLeastPrivilege } from './least-privilege.ts';
import { userPolicyOf } from './policies.ts';
import { PORTRAIT_CALLS } from './portrait-calls.ts';
import { CommandError } from './run.ts';
import {
  apiId,
  apiUrl,
  BOUNDARY,
  COMMAND_LIMIT_MS,
  expectText,
  nameOf,
  OWN_ARCHITECTURE,
  placesOf,
  STAGE,
  type StackRehearsal,
  type Step,
  serverless,
} from './serverless-cli.ts';
import { countTable } from './shed-table.ts';
import { clientsOf, type UserClients } from './user-clients.ts';

/** Name of the second policy of the deployer, docs/deployer-portraits-policy.json. */
export const PORTRAITS_POLICY = 'portraits';

const ARGS = [
  ...['--stage', STAGE, `--param=boundary=${BOUNDARY}`, '--param=portraits=on'],
  `--param=architecture=${OWN_ARCHITECTURE}`,
];
const SHEEP = 300;
const WRONG_LINE = 7;
const SHOWN_LIMIT_MS = 30_000;
const LOOK_MS = 200;

/** Deploys a stack with flocks and portraits, and drives both, but for its removal. */
export async function rehearsePortraits(rehearsal: StackRehearsal): Promise<void> {
  const { stack, endpoint, deployer } = rehearsal;
  const step: Step = (name, body) => rehearsal.step(`${stack} with portraits: ${name}`, body);
  const root = clientsOf(endpoint, ROOT_KEY);
  let url = '';
  let placeOf = (logicalId: string) => logicalId;
  try {
    await step('deploy', async () => {
      await serverless(rehearsal, ARGS)('deploy');
      url = apiUrl(endpoint, await apiId(endpoint, stack));
      placeOf = await placesOf(endpoint, stack);
      return url;
    });
    await step('flock import', () => importFlock(rehearsal, root, placeOf));
    await step('portrait', () => makePortrait(root, url, placeOf));
    await step('nobody touches what is of others', async () => {
      const own = clientsOf(endpoint, deployer);
      const clients = {
        ...{ own, root, queue: placeOf('FlockQueue'), bucket: placeOf('FlockBucket') },
        ...{ functionName: `${nameOf(stack)}-import-flock`, table: nameOf(stack) },
      };
      const policy = await userPolicyOf(root.iam, DEPLOYER, PORTRAITS_POLICY);
      const { refused, needed } = await withForeignResources(endpoint, (foreign) =>
        proveBounds('deployer', policy, { ...clients, foreign }, DEPLOYER_PORTRAIT_CALLS),
      ).finally(() => own.close());
      return `${refused} forbidden calls refused, not so without any of the ${needed} lines`;
    });
    await step('least privilege', () => proveLeastPrivilege(endpoint, stack, PORTRAIT_CALLS));
  } finally {
    root.close();
  }
}

/** Imports a flock with a wrong weight, and a file that is none, by the command of docs/flock-import.md. */
async function importFlock(
  { stack, root: cwd, endpoint, measurer, run, workDir }: StackRehearsal,
  { sqs }: UserClients,
  placeOf: (logicalId: string) => string,
): Promise<string> {
  const load = async (name: string, text: string) => {
    const file = join(workDir, name);
    await writeFile(file, text);
    const command = ['bench/cli.ts', 'herd', 'import', file, '--stage', STAGE, '--wait', '60'];
    return run('node', command, {
      cwd,
      env: childEnvironment(endpoint, measurer),
      limitMs: COMMAND_LIMIT_MS,
    });
  };
  const rows = Array.from(
    { length: SHEEP },
    (_row, i) => `${i + 1},${i + 2 === WRONG_LINE ? 79.9 : 85.5},kg`,
  );
  const output = await load('herd.csv', `tattoo,weight,unit\n${rows.join('\n')}\n`);
  expectText(output, new RegExp(`^${SHEEP - 1} sheep added, 1 rows refused$`, 'm'));
  expectText(output, new RegExp(`^${WRONG_LINE},weight,79.9,`, 'm'));
  const count = await countTable(endpoint, nameOf(stack));
  if (count !== SHEEP - 1) throw new Error(`${SHEEP - 1} sheep were imported, and there are ${count}`);
  const refusal = await load('name.csv', 'name\nDolly\n').then(
    () => 'a file without tattoos was imported',
    (error: unknown) => (error instanceof CommandError ? error.output : String(error)),
  );
  expectText(refusal, /^herd: .*its first line a header with the columns tattoo/m);
  const QueueUrl = placeOf('FlockDeadLetters');
  const asked = { QueueUrl, MessageAttributeNames: ['reason'], WaitTimeSeconds: 10 };
  const { Messages: [letter] = [] } = await sqs.send(new ReceiveMessageCommand(asked));
  expectText(letter?.MessageAttributes?.['reason']?.StringValue ?? 'no dead letter', /columns tattoo/);
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  return `${count} sheep with the measurer's rights, line ${WRONG_LINE} in the report; no flock: a dead letter`;
}

/** Uploads a photo and a text that calls itself one, as the page does. */
async function makePortrait(
  { s3 }: UserClients,
  url: string,
  placeOf: (logicalId: string) => string,
): Promise<string> {
  const options = { width: 800, height: 600, channels: 3, background: 'green' } as const;
  const photo = await sharp({ create: options }).png().toBuffer();
  const [, address = ''] = await shown(url, photo, /<img src="([^"]+)" alt="Portrait of sheep 1">/);
  const portrait = await fetch(address.replaceAll('&#38;', '&'));
  if (!portrait.ok) throw new Error(`the portrait is answered ${portrait.status}: ${await portrait.text()}`);
  const { format, width, height } = await sharp(await portrait.arrayBuffer()).metadata();
  if (format !== 'webp' || width !== 400 || height !== 300) {
    throw new Error(`the portrait is ${format}, ${width} × ${height}`);
  }
  await shown(url, Buffer.from('no picture'), /Sheep 1: the file is a text; it must be a JPEG/);
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: placeOf('PortraitBucket') }));
  const kept = (listed.Contents ?? []).map(({ Key = '' }) => Key.split('/')[0]).sort();
  if (kept.join() !== 'portraits,refused,sheep') throw new Error(`the bucket holds ${kept}`);
  return `${format}, ${width} × ${height}, in the gallery; a text is refused there; both originals deleted`;
}

/** Uploads for sheep 1, and waits until the gallery shows it. @returns the match in the page. */
async function shown(url: string, file: Uint8Array, pattern: RegExp): Promise<RegExpExecArray> {
  const signal = AbortSignal.timeout(SHOWN_LIMIT_MS);
  const type = 'image/png';
  const asked = await fetch(`${url}/sheep/1/portrait?type=${type}`, { method: 'POST', signal });
  if (asked.status !== 201) throw new Error(`${asked.status} instead of a form: ${await asked.text()}`);
  const form = (await asked.json()) as { upload: string; url: string; fields: Record<string, string> };
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append('Content-Type', type);
  body.append('file', new Blob([Buffer.from(file)], { type }), 'a.png');
  const stored = await fetch(form.url, { method: 'POST', body, signal });
  if (!stored.ok) throw new Error(`the bucket answers ${stored.status}: ${await stored.text()}`);
  for (;;) {
    const page = await fetch(`${url}/gallery?from=${form.upload}`, { signal });
    const text = await page.text();
    if (page.status !== 200) throw new Error(`the gallery answers ${page.status}: ${text}`);
    const found = pattern.exec(text);
    if (found !== null) return found;
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** Removes the stack, and then what the command says that it leaves, with the deployer's rights. */
export async function removePortraits(rehearsal: StackRehearsal): Promise<void> {
  const { stack, endpoint, deployer, step } = rehearsal;
  await step(`${stack} with portraits: remove`, async () => {
    const output = await serverless(rehearsal, ARGS)('remove');
    const buckets = [...output.matchAll(/The bucket (\S+) stays.*aws s3 rb --force s3:\/\/\1$/gm)];
    if (buckets.length !== 2) throw new Error(`two buckets stay; got:\n${output}`);
    const { s3, close } = clientsOf(endpoint, deployer);
    try {
      for (const [, Bucket = ''] of buckets) {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
        for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
        await s3.send(new DeleteBucketCommand({ Bucket }));
      }
    } finally {
      close();
    }
    return `as it says, ${buckets.map(([, name]) => name).join(' and ')} stay; emptied and removed by the deployer`;
  });
}
