import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { iamSigner } from '../bench/stacks/iam-signer.ts';
import { clientSettings, DEPLOYER, MEASURER, ROOT_KEY } from './account.ts';
import { proveBounds } from './bounds.ts';
import { ask } from './deployed-api.ts';
import { DEPLOYER_CALLS, DEPLOYER_LEFT_OUT } from './deployer-calls.ts';
import { REGION } from './emulator.ts';
import { withForeignResources } from './foreign-resources.ts';
import { MEASURER_CALLS } from './measurer-calls.ts';
import { userPolicyOf } from './policies.ts';
import { apiUrl, nameOf, type StackRehearsal, stackNameOf } from './serverless-cli.ts';
import { clientsOf } from './user-clients.ts';

/**
 * Proves that deployer and measurer may touch nothing of others ({@link proveBounds}), a stack being deployed.
 * @throws Error naming who could do what, or the line of the policy that nothing needs.
 */
export async function proveUsersBounds(
  { endpoint, stack, deployer, measurer }: StackRehearsal,
  apiId: string,
): Promise<string> {
  const iam = new IAMClient(clientSettings(endpoint, ROOT_KEY));
  const own = clientsOf(endpoint, deployer);
  const throughCloudFormation = clientsOf(endpoint, deployer, 'cloudformation.amazonaws.com');
  const measuring = clientsOf(endpoint, measurer);
  const sign = iamSigner(new CloudWatchLogsClient({ region: REGION, credentials: measurer }), Date.now);
  const signed = async (id: string, path: string) => {
    const url = apiUrl(endpoint, id);
    return ask(url, 'GET', path, await sign({ method: 'GET', url: `${url}${path}` }));
  };
  try {
    return await withForeignResources(endpoint, async (foreign) => {
      const ofMeasurer = await proveBounds(
        'measurer',
        await userPolicyOf(iam, MEASURER),
        { own: measuring, foreign, apiId, table: nameOf(stack), signed },
        MEASURER_CALLS,
      );
      const ofDeployer = await proveBounds(
        'deployer',
        await userPolicyOf(iam, DEPLOYER),
        { own, throughCloudFormation, foreign, apiId, stackName: stackNameOf(stack) },
        DEPLOYER_CALLS,
        Object.keys(DEPLOYER_LEFT_OUT),
      );
      const refused = ofDeployer.refused + ofMeasurer.refused;
      const needed = ofDeployer.needed + ofMeasurer.needed;
      const leftOut = Object.entries(DEPLOYER_LEFT_OUT).map(([name, why]) => `${name} (${why})`);
      return `${refused} forbidden calls refused, not so without any of the ${needed} lines; left out: ${leftOut}`;
    });
  } finally {
    for (const clients of [own, throughCloudFormation, measuring]) clients.close();
    iam.destroy();
  }
}
