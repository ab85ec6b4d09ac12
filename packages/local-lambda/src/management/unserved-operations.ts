import { ManagementError } from './management-error.ts';

/** Operations that AWS's clients may ask for and that are not served here, so that the answer can name them. */
const UNSERVED: readonly (readonly [name: string, method: string, path: RegExp])[] = [
  ['InvokeAsync', 'POST', /^\/2014-11-13\/functions\/[^/]+\/invoke-async/],
  ['PutProvisionedConcurrencyConfig', 'PUT', /\/provisioned-concurrency$/],
  ['GetProvisionedConcurrencyConfig', 'GET', /\/provisioned-concurrency$/],
  ['DeleteProvisionedConcurrencyConfig', 'DELETE', /\/provisioned-concurrency$/],
  ['PublishLayerVersion', 'POST', /^\/2018-10-31\/layers\/[^/]+\/versions$/],
  ['ListLayers', 'GET', /^\/2018-10-31\/layers$/],
  ['GetFunctionCodeSigningConfig', 'GET', /\/code-signing-config$/],
  ['GetRuntimeManagementConfig', 'GET', /\/runtime-management-config$/],
  ['PutRuntimeManagementConfig', 'PUT', /\/runtime-management-config$/],
  ['GetFunctionRecursionConfig', 'GET', /\/recursion-config$/],
  ['PutFunctionRecursionConfig', 'PUT', /\/recursion-config$/],
  ['CreateDeployment', 'POST', /^\/v2\/apis\/[^/]+\/deployments$/],
  ['CreateAuthorizer', 'POST', /^\/v2\/apis\/[^/]+\/authorizers$/],
  ['ImportApi', 'PUT', /^\/v2\/apis$/],
  ['GetDomainNames', 'GET', /^\/v2\/domainnames/],
  ['GetVpcLinks', 'GET', /^\/v2\/vpclinks/],
];

/** What answers a request for an operation that is not served. */
export function unservedOperation(method: string, path: string): ManagementError {
  const bare = path.replace(/\/$/, '');
  const name = UNSERVED.find(([, verb, pattern]) => verb === method && pattern.test(bare))?.[0];
  return name === undefined
    ? new ManagementError(
        'UnknownOperationException',
        `${method} ${path} is no operation that local-lambda knows`,
      )
    : new ManagementError(
        'NotImplementedException',
        `${name} (${method} ${path}) is not served by local-lambda`,
      );
}
