import { iamSigner } from '../bench/stacks/sigv4.ts';
import { createUser } from './account.ts';
import { checkSignedContract } from './contract.ts';
import { ask } from './deployed-api.ts';
import { REGION } from './emulator.ts';
import { apiUrl, type StackRehearsal } from './serverless-cli.ts';

/**
 * Proves of an API deployed with `auth=iam` that it answers nobody but who signs and may invoke it.
 * The emulator checks the signature and the caller's policy.
 * @returns what was proved. @throws Error naming the request that was answered otherwise.
 */
export async function proveSigned(
  { stack, endpoint, deployer }: StackRehearsal,
  id: string,
): Promise<string> {
  const url = apiUrl(endpoint, id);
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: `arn:aws:execute-api:${REGION}:123456789012:${id}/*`,
      },
    ],
  });
  const caller = await createUser(endpoint, `sheep-shed-${stack}-caller`, policy);
  const signerOf = (credentials: typeof caller) => iamSigner({ region: REGION, credentials, now: Date.now });
  const sign = signerOf(caller);
  const dog = { method: 'GET', url: `${url}/dog` };
  const refused = {
    'without a signature': {},
    'signed by another secret': signerOf({ ...caller, secretAccessKey: 'wrong' })(dog),
    'signed for another path': sign({ ...dog, url: `${url}/cat?m=1&n=1` }),
    'signed without the right to invoke': signerOf(deployer)(dog),
  };
  for (const [how, headers] of Object.entries(refused)) {
    const answer = await ask(url, 'GET', '/dog', headers);
    if (answer !== '403') throw new Error(`a request ${how} is answered ${answer}`);
  }
  const held = await checkSignedContract(url, sign);
  return `403 ${Object.keys(refused).join(', ')}; signed, ${held} checks of the contract hold`;
}
