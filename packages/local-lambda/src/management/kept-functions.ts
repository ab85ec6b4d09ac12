import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ChangeableDeployment } from '../deployment.ts';
import type { PlaceLayers } from '../deployment-package/layers.ts';
import { type FunctionHost, type HostedFunction, hostFunction } from '../function-host.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { provideRuntimeSdk } from '../runtimes/node/runtime-sdk.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { definitionOf, type Place, qualifiersOf } from './definition.ts';
import { invalid, ManagementError } from './management-error.ts';
import type { FunctionRecord, VersionRecord } from './records.ts';

/** What a change of a function makes of it, and what is answered. */
export interface FunctionChange<T> {
  /** Undefined: the function goes away. */
  readonly record: FunctionRecord | undefined;
  readonly answer: T;
}

/**
 * Makes a change; may throw.
 * @param keepCode keeps a zip, for a version to refer to by the name that it gives back.
 */
export type ChangeFunction<T> = (
  before: FunctionRecord | undefined,
  keepCode: (zip: Uint8Array) => Promise<string>,
) => Promise<FunctionChange<T>> | FunctionChange<T>;

/** The functions that came by the management API: kept on disk, run by the host. */
export interface KeptFunctions {
  readonly all: ReadonlyMap<string, FunctionRecord>;
  /**
   * Changes one function, one change after the other. When it resolves, the change is kept and serves; when it
   * rejects, all is as it was.
   */
  change<T>(name: string, action: ChangeFunction<T>): Promise<T>;
  /** Where a kept zip is. */
  codePath(file: string): string;
}

/** What keeping functions needs. */
export interface KeptFunctionsOptions {
  readonly host: FunctionHost;
  readonly deployment: ChangeableDeployment;
  readonly state: StateFolder;
  readonly place: Place;
  readonly placeLayers: PlaceLayers;
  readonly random: () => number;
  /** Is called after each change. */
  readonly onChanged: (name: string) => void;
}

const ROOM = 'functions';
const CODE = 'code';
const KEEPS_NOTHING = () => Promise.reject(new Error('code is kept by the change itself'));

/** What local-lambda says of code names the file, of which the caller knows nothing. */
function refuse(error: unknown): never {
  if (!(error instanceof LocalLambdaError)) throw error;
  const reason = error.message.replace(/^.*?\.zip: /, '');
  throw invalid(
    `Code: Could not unzip uploaded file. Please check your file, then try to upload again. (${reason})`,
    { cause: error },
  );
}

/**
 * Takes up the functions that are kept, and runs them.
 * @throws LocalLambdaError naming a file that is broken or missing.
 */
export async function openKeptFunctions(options: KeptFunctionsOptions): Promise<KeptFunctions> {
  const { host, deployment, state, place } = options;
  const all = new Map<string, FunctionRecord>();
  const hosted = new WeakMap<VersionRecord, HostedFunction>();
  const turns = new Map<string, Promise<unknown>>();
  const codePath = (file: string): string => join(state.path, CODE, file);

  for (const [file, document] of await state.readAll(ROOM)) {
    const record = document as FunctionRecord;
    if (deployment.functions.has(record.name)) {
      throw new LocalLambdaError(
        `state: ${file} is a function of a package too; give one of them another name, or the host another --state`,
      );
    }
    await hostNew(record);
    all.set(record.name, record);
  }
  deployment.swapFunctions([...all.values()].map(familyOf));

  return {
    all,
    codePath,
    change: (name, action) => {
      const turn = (turns.get(name) ?? Promise.resolve()).then(
        () => changeOrForget(name, action),
        () => changeOrForget(name, action),
      );
      turns.set(name, turn);
      const forget = (): void => {
        if (turns.get(name) === turn) turns.delete(name);
      };
      turn.then(forget, forget);
      return turn;
    },
  };

  async function changeOrForget<T>(name: string, action: ChangeFunction<T>): Promise<T> {
    const files: string[] = [];
    const keepCode = async (zip: Uint8Array): Promise<string> => {
      const file = `${randomUUID()}.zip`;
      await state.writeBytes(CODE, file, zip);
      files.push(file);
      return file;
    };
    try {
      return await changeNow(name, (before) => action(before, keepCode));
    } catch (error) {
      for (const file of files) await state.removeBytes(CODE, file);
      throw error;
    }
  }

  async function changeNow<T>(name: string, action: ChangeFunction<T>): Promise<T> {
    const before = all.get(name);
    if (before === undefined && deployment.functions.has(name)) {
      throw new ManagementError(
        'ResourceConflictException',
        `FunctionName: ${name} comes from a deployment package; change the package, and the host takes it up`,
      );
    }
    const { record, answer } = await action(before, KEEPS_NOTHING);
    if (record === before) return answer;
    if (record === undefined) {
      await state.remove(ROOM, name);
      all.delete(name);
      deployment.swapFunctions([], [name]);
    } else {
      const made = await hostNew(record).catch(refuse);
      try {
        await state.write(ROOM, name, record);
      } catch (error) {
        await Promise.all(made.map((one) => one.close(0)));
        throw error;
      }
      all.set(name, record);
      deployment.swapFunctions([familyOf(record)]);
      if (record.reservedConcurrency !== before?.reservedConcurrency) resize(record);
    }
    options.onChanged(name);
    await forgetCode(before, record);
    return answer;
  }

  /** Unpacks the versions that are new. */
  async function hostNew(record: FunctionRecord): Promise<HostedFunction[]> {
    const made: HostedFunction[] = [];
    try {
      for (const version of [record.latest, ...record.versions]) {
        if (hosted.has(version)) continue;
        const one = await hostVersion(record, version);
        made.push(one);
        hosted.set(version, one);
      }
    } catch (error) {
      await Promise.all(made.map((one) => one.close(0)));
      throw error;
    }
    return made;
  }

  async function hostVersion(record: FunctionRecord, version: VersionRecord): Promise<HostedFunction> {
    const workDir = join(host.workDir, randomUUID());
    const definition = definitionOf(record, version, place, codePath(version.codeFile));
    const { environment, functionEnvironment, cacheDir, runtimeSdk: install, onNotice } = host.options;
    const given = { ...environment, ...functionEnvironment[record.name] };
    const one = await hostFunction(
      {
        ...definition,
        environment: { ...definition.environment, ...given },
        qualifiers: { [version.version]: version.version },
      },
      { ...host, workDir, placeLayers: options.placeLayers, digest: version.revisionId },
    );
    if (version.runtime.startsWith('nodejs')) {
      const packageDirs = [join(process.cwd(), 'package')];
      const codeDir = join(workDir, 'code');
      await provideRuntimeSdk({ codeDir, packageDirs, cacheDir, install, onNotice });
    }
    return one;
  }

  function familyOf(record: FunctionRecord): HostedFunction {
    const latest = hostedOf(record.latest);
    const versions = new Map([record.latest, ...record.versions].map((one) => [one.version, hostedOf(one)]));
    return {
      ...latest,
      definition: {
        ...latest.definition,
        reservedConcurrency: record.reservedConcurrency,
        qualifiers: qualifiersOf(record),
      },
      versions,
      ofQualifier: (qualifier) => {
        const alias = Object.hasOwn(record.aliases, qualifier) ? record.aliases[qualifier] : undefined;
        if (alias === undefined) return versions.get(qualifier);
        let rest = options.random();
        for (const [version, weight] of Object.entries(alias.weights)) {
          rest -= weight;
          if (rest < 0) return versions.get(version);
        }
        return versions.get(alias.version);
      },
    };
  }

  function hostedOf(version: VersionRecord): HostedFunction {
    const found = hosted.get(version);
    if (found === undefined) throw new Error(`version ${version.version} is not hosted`);
    return found;
  }

  function resize(record: FunctionRecord): void {
    const { reservedConcurrency = Number.POSITIVE_INFINITY } = record;
    const max = Math.min(host.options.maxEnvironments, reservedConcurrency);
    for (const version of [record.latest, ...record.versions]) hostedOf(version).pool.resize(max);
  }

  /** Removes the zips that no version refers to any more. */
  async function forgetCode(
    before: FunctionRecord | undefined,
    after: FunctionRecord | undefined,
  ): Promise<void> {
    const filesOf = (record: FunctionRecord | undefined): string[] =>
      record === undefined ? [] : [record.latest, ...record.versions].map(({ codeFile }) => codeFile);
    const kept = new Set(filesOf(after));
    for (const file of new Set(filesOf(before))) {
      if (kept.has(file)) continue;
      await state.removeBytes(CODE, file).catch((error) => host.onFault(`removing ${file}`, error));
    }
  }
}
