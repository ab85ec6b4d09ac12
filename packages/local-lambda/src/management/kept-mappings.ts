import type { FunctionDefinition } from '../deployment-package/functions.ts';
import { readSqsMapping, type SqsMapping } from '../deployment-package/sqs-mappings.ts';
import type { RunningSources } from '../event-sources/start-event-sources.ts';
import type { OnFault } from '../fault-boundary.ts';
import type { HostedFunction } from '../function-host.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { splitQualifier } from '../qualified-name.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { invalid } from './management-error.ts';
import type { MappingRecord } from './records.ts';

/** The event source mappings that came by the management API. */
export interface KeptMappings {
  readonly all: ReadonlyMap<string, MappingRecord>;
  /**
   * Keeps a mapping, new or changed, and lets it call its function.
   * @throws ManagementError naming what is wrong with it.
   */
  put(record: MappingRecord): Promise<void>;
  remove(uuid: string): Promise<void>;
  /** Starts and stops mappings of a function that came, went or has another limit. */
  functionChanged(name: string): void;
  /** From now on messages reach functions. */
  start(): void;
  stop(): Promise<void>;
  /** Resolves when what is in flight has ended. */
  ended(): Promise<void>;
}

/** What keeping mappings needs. */
export interface KeptMappingsOptions {
  readonly state: StateFolder;
  readonly hosted: ReadonlyMap<string, HostedFunction>;
  readonly startMapping: (mapping: SqsMapping) => Promise<RunningSources>;
  /** Whether messages can come at all. */
  readonly hasQueues: boolean;
  readonly onNotice: (message: string) => void;
  readonly onFault: OnFault;
}

const ROOM = 'event-source-mappings';

/**
 * Takes up the mappings that are kept.
 * @throws LocalLambdaError naming a file that is broken.
 */
export async function openKeptMappings(options: KeptMappingsOptions): Promise<KeptMappings> {
  const { state, hosted, onFault } = options;
  const all = new Map<string, MappingRecord>();
  for (const [uuid, document] of await state.readAll(ROOM)) all.set(uuid, document as MappingRecord);
  if (all.size > 0 && !options.hasQueues) {
    options.onNotice(`${all.size} event source mappings get no messages: give --sqs-endpoint`);
  }
  /** What runs of each mapping, and the state of the function that it was started for. */
  const running = new Map<string, { readonly since: string; readonly sources: Promise<RunningSources> }>();
  const ending = new Set<Promise<void>>();
  let isStarted = false;

  /** What decides how a mapping polls; undefined: it does not. */
  function stateOf(record: MappingRecord): string | undefined {
    const [name, qualifier = '$LATEST'] = splitQualifier(record.functionName);
    const found = hosted.get(name)?.ofQualifier(qualifier);
    if (!isStarted || !options.hasQueues || !record.enabled || found === undefined) return undefined;
    const { reservedConcurrency, timeoutSeconds } = found.definition;
    return JSON.stringify([record.properties, reservedConcurrency, timeoutSeconds]);
  }

  function refresh(record: MappingRecord | undefined, uuid: string): void {
    const wanted = record && stateOf(record);
    const before = running.get(uuid);
    if (before?.since === wanted) return;
    running.delete(uuid);
    const stopped = before === undefined ? Promise.resolve() : end(uuid, before.sources);
    if (record === undefined || wanted === undefined) return;
    const sources = stopped.then(() => options.startMapping(mappingOf(record, hosted)));
    running.set(uuid, { since: wanted, sources });
    sources.catch((error) => onFault(`the event source mapping ${uuid}`, error));
  }

  function end(uuid: string, sources: Promise<RunningSources>): Promise<void> {
    const ended = sources
      .then(async (one) => {
        await one.stop();
        await one.ended();
      })
      .catch((error) => onFault(`stopping the event source mapping ${uuid}`, error))
      .finally(() => ending.delete(ended));
    ending.add(ended);
    return ended;
  }

  return {
    all,
    put: async (record) => {
      mappingOf(record, hosted);
      await state.write(ROOM, record.uuid, record);
      all.set(record.uuid, record);
      refresh(record, record.uuid);
    },
    remove: async (uuid) => {
      await state.remove(ROOM, uuid);
      all.delete(uuid);
      refresh(undefined, uuid);
    },
    functionChanged: (name) => {
      for (const record of all.values()) {
        if (splitQualifier(record.functionName)[0] === name) refresh(record, record.uuid);
      }
    },
    start: () => {
      isStarted = true;
      for (const record of all.values()) refresh(record, record.uuid);
    },
    stop: async () => {
      isStarted = false;
      await Promise.allSettled([...running.values()].map(async ({ sources }) => (await sources).stop()));
      for (const record of all.values()) refresh(record, record.uuid);
    },
    ended: async () => {
      await Promise.all(ending);
    },
  };
}

/** @throws ManagementError when the mapping is wrong, or its source is nothing that calls functions here. */
function mappingOf(record: MappingRecord, hosted: ReadonlyMap<string, HostedFunction>): SqsMapping {
  const definitions: FunctionDefinition[] = [...hosted.values()].map(({ definition }) => definition);
  try {
    const properties = { ...record.properties, FunctionName: record.functionName };
    const mapping = readSqsMapping(record.uuid, properties, definitions, '');
    if (mapping !== undefined) return mapping;
  } catch (error) {
    if (error instanceof LocalLambdaError) throw invalid(error.message, { cause: error });
    throw error;
  }
  throw invalid(
    `EventSourceArn: must be the ARN of a queue of SQS, the only source whose messages come here, is ${JSON.stringify(record.properties['EventSourceArn'])}`,
  );
}
