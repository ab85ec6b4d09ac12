import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for the SDK's whole chain of credential providers in the bundles (`custom.esbuild.alias` in
 * `serverless.yml`): Lambda hands a function its credentials in the environment and nowhere else.
 */
export const defaultProvider = fromEnv;
