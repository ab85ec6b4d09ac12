import type { Values } from '@sheep-shed/options';
import type { LocalLambdaOptions } from '../options.ts';
import type { HOST_OPTIONS } from './options.ts';

/** What serving needs to know. */
export interface ServeCommand {
  readonly kind: 'serve';
  readonly options: LocalLambdaOptions & { readonly packageDir: readonly string[] };
  readonly envFile: string | undefined;
  /** Whether the tables of the template are served here. */
  readonly dynamodb: boolean;
  readonly watch: boolean;
  /** Whether the package is that of the project here, which is packaged first. */
  readonly packageFirst: boolean;
}

/** What to serve: packages that are there, or the project here, which is packaged first. */
export function serveCommand(
  values: Values<typeof HOST_OPTIONS>,
  packageDirs: readonly string[] | undefined,
): ServeCommand {
  const { logs, port, host, token, maxEnvironments, idle, memoryLimit, scaling } = values;
  const { parameter, env, envFile, layer, runtimeSdk, jwks, strict, dynamodb, watch } = values;
  const { cpu, freeze, privateTmp, user } = values;
  const { awsEndpoint, sqsEndpoint = awsEndpoint, s3Endpoint = awsEndpoint, schedules } = values;
  const {
    inspect,
    inspectPort,
    otlp,
    state,
    maxBodies,
    maxQueuedEvents,
    maxHostEnvironments,
    maxHostMemory,
  } = values;
  const packageFirst = packageDirs === undefined;
  return {
    kind: 'serve',
    envFile,
    dynamodb: dynamodb === 'on',
    watch: watch === undefined ? packageFirst : watch === 'on',
    packageFirst,
    options: {
      packageDir: packageDirs ?? ['.serverless'],
      logsDir: logs,
      port,
      host,
      ...(token !== undefined && { token }),
      maxEnvironments,
      idleSeconds: idle,
      memoryLimit: memoryLimit === 'on',
      cpu,
      freeze,
      privateTmp,
      scaling,
      strict,
      schedules,
      runtimeSdk,
      maxBodiesMb: maxBodies,
      maxQueuedEvents,
      maxHostEnvironments,
      ...(maxHostMemory !== undefined && { maxHostMemoryMb: maxHostMemory }),
      ...(user !== undefined && { user }),
      ...(state !== undefined && { state }),
      ...(parameter !== undefined && { parameters: parameter }),
      ...(env !== undefined && { environment: env }),
      ...(layer !== undefined && { layers: layer }),
      ...(jwks !== undefined && { jwks }),
      ...(awsEndpoint !== undefined && { awsEndpoint }),
      ...(sqsEndpoint !== undefined && { sqsEndpoint }),
      ...(s3Endpoint !== undefined && { s3Endpoint }),
      ...(otlp !== undefined && { otlpEndpoint: otlp }),
      ...(inspect !== undefined && { inspect, inspectPort }),
    },
  };
}
