import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for the SDK's whole chain of credential providers in the bundles (`custom.esbuild.alias` in
 * `serverless.yml`): Lambda hands a function its credentials in the environment and nowhere else. The chain (profiles,
 * SSO, metadata of containers and instances) is a third of a bundle and part of every init. Tests run the sources, and so
 * the whole chain.
 */
export const defaultProvider = fromEnv;
