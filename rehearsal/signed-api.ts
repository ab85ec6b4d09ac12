import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { iamSigner } from '../bench/stacks/iam-signer.ts';
import type { AccessKey } from './account.ts';
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
  { endpoint, deployer, measurer }: StackRehearsal,
  id: string,
): Promise<string> {
  const url = apiUrl(endpoint, id);
  const signerOf = (credentials: AccessKey) =>
    iamSigner(new CloudWatchLogsClient({ region: REGION, credentials }), Date.now);
  const sign = signerOf(measurer);
  const dog = { method: 'GET', url: `${url}/dog` };
  const refused = {
    'without a signature': {},
    'signed by another secret': await signerOf({ ...measurer, secretAccessKey: 'wrong' })(dog),
    'signed for another path': await sign({ ...dog, url: `${url}/cat?m=1&n=1` }),
    'signed without the right to invoke': await signerOf(deployer)(dog),
  };
  for (const [how, headers] of Object.entries(refused)) {
    const answer = await ask(url, 'GET', '/dog', headers);
    if (answer !== '403') throw new Error(`a request ${how} is answered ${answer}`);
  }
  const held = await checkSignedContract(url, sign);
  return `403 ${Object.keys(refused).join(', ')}; signed, ${held} checks of the contract hold`;
}
