import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { clientSettings, ROOT_KEY } from './account.ts';
import { ask } from './deployed-api.ts';
import { rolePolicyOf } from './policies.ts';
import { nameOf, type StackRehearsal } from './serverless-cli.ts';
import { addPrime } from './shed-table.ts';

/** The request that needs the rights of each function; the cat needs none. */
const REQUESTS: Readonly<Record<string, readonly [method: string, path: () => string]>> = {
  'post-sheep': ['POST', () => `/sheep/${Date.now()}`],
  'get-dog': ['GET', () => '/dog'],
  'delete-wolf': ['DELETE', () => '/wolf'],
};

/**
 * Takes one right after the other from each function's role, expects 500 `INTERNAL_ERROR`, and gives it back.
 * @throws Error naming a right that was not missed.
 */
export async function proveRightsNeeded({ endpoint, stack }: StackRehearsal, url: string): Promise<string> {
  // Without prey the wolf never gets as far as to delete.
  await addPrime(endpoint, nameOf(stack));
  const settings = clientSettings(endpoint, ROOT_KEY);
  const clients = { lambda: new LambdaClient(settings), iam: new IAMClient(settings) };
  const missed: string[] = [];
  try {
    for (const [name, [method, path]] of Object.entries(REQUESTS)) {
      const functionName = `${nameOf(stack)}-${name}`;
      const { statements, during } = await rolePolicyOf(clients, functionName, name);
      for (const taken of statements.filter(({ Action }) => String(Action).startsWith('dynamodb:'))) {
        const left = statements.filter((one) => one !== taken);
        const answer = await during(left, () => ask(url, method, path()));
        if (answer !== '500 INTERNAL_ERROR') {
          throw new Error(`${functionName} without ${taken.Action} answers ${answer}`);
        }
        missed.push(`${name} ${String(taken.Action).replace('dynamodb:', '')}`);
      }
    }
  } finally {
    clients.lambda.destroy();
    clients.iam.destroy();
  }
  return `500 without ${missed.join(', ')}`;
}
