import { randomUUID } from 'node:crypto';
import type { ChangeableDeployment } from '../deployment.ts';
import type { PlaceLayers } from '../deployment-package/layers.ts';
import type { SqsMapping } from '../deployment-package/sqs-mappings.ts';
import { type AwsServer, credentialsOf } from '../event-sources/aws-request.ts';
import { createS3Client } from '../event-sources/s3/s3-client.ts';
import type { RunningSources } from '../event-sources/start-event-sources.ts';
import type { FunctionHost } from '../function-host.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { asyncConfigsOf, createApiDefinitions } from './api-definitions.ts';
import type { Place } from './definition.ts';
import { openKeptApis } from './kept-apis.ts';
import { openKeptFunctions } from './kept-functions.ts';
import { openKeptMappings } from './kept-mappings.ts';
import { invalid } from './management-error.ts';
import type { Platform } from './platform.ts';

/** What a platform needs of its host. */
export interface PlatformOptions {
  readonly host: FunctionHost;
  readonly deployment: ChangeableDeployment;
  readonly state: StateFolder;
  readonly place: Place;
  readonly placeLayers: PlaceLayers;
  readonly url: () => string;
  readonly startMapping: (mapping: SqsMapping) => Promise<RunningSources>;
}

/**
 * Takes up what is kept of functions, mappings and APIs, and serves it.
 * @throws LocalLambdaError naming a file that is broken.
 */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const { host, deployment, state, place, placeLayers, url, startMapping } = options;
  const { onFault } = host;
  const { onNotice, eventSources, sqsEndpoint } = host.options;
  const definitions = createApiDefinitions(place, deployment.functions);
  let isOpen = false;

  function refresh(): void {
    if (!isOpen) return;
    const records = [...functions.all.values()];
    deployment.setAdded({
      apis: [
        // Nothing is served before it has a stage.
        ...[...apis.all.values()]
          .filter(({ stages }) => Object.keys(stages).length > 0)
          .map(definitions.ofApi),
        ...records.flatMap(definitions.ofUrls),
      ],
      asyncConfigs: new Map(records.flatMap(asyncConfigsOf)),
    });
  }

  const functions = await openKeptFunctions({
    host,
    deployment,
    state,
    place,
    placeLayers,
    random: Math.random,
    onChanged: (name) => {
      refresh();
      mappings.functionChanged(name);
    },
  });
  const apis = await openKeptApis(state, refresh);
  const mappings = await openKeptMappings({
    state,
    hosted: deployment.functions,
    startMapping,
    hasQueues: eventSources && sqsEndpoint !== undefined,
    onNotice,
    onFault,
  });
  isOpen = true;
  refresh();
  return {
    place,
    functions,
    mappings,
    apis,
    hosted: deployment.functions,
    runtimes: host.runtimes.map(({ prefix }) => prefix),
    url,
    endpoints: host.options,
    maxEnvironments: host.options.maxHostEnvironments,
    readObject: objectReader(host, place),
    now: Date.now,
    newId: randomUUID,
  };
}

/** How long reading code from S3 may take, in ms. */
const LIMIT_MS = 60_000;

function objectReader({ options }: FunctionHost, { region }: Place): Platform['readObject'] {
  const { s3Endpoint: endpoint, environment } = options;
  return async (bucket, key, version) => {
    if (endpoint === undefined) {
      throw invalid(`Code.S3Bucket: ${bucket} is not reached from here; start the host with --s3-endpoint`);
    }
    const server: AwsServer = { endpoint, service: 's3', region, credentials: credentialsOf(environment) };
    try {
      return await createS3Client(server, Date.now).get(bucket, key, version, AbortSignal.timeout(LIMIT_MS));
    } catch (cause) {
      throw invalid(
        `Error occurred while GetObject. S3 Error: ${(cause as Error).message} (s3://${bucket}/${key})`,
        { cause },
      );
    }
  };
}
