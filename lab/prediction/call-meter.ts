import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type LocalLambda,
  type LocalLambdaOptions,
  preparePython,
  startLocalLambda,
} from '@sheep-shed/local-lambda';
import { openProcessCpu, type ProcessCpu } from '../../packages/local-lambda/src/environments/cpu-time.ts';
import { type Lab, ROOT } from '../experiment.ts';
import { type MeasuredCall, type Passed, piecesOf } from './calls.ts';
import { makeCertificates } from './certificates.ts';
import { measureSpeed } from './machine-speed.ts';
import { openTlsRelay, type Traffic } from './tls-relay.ts';

type Report = Parameters<NonNullable<LocalLambdaOptions['onReport']>>[1];

/** Functions on local-lambda, whose calls are measured one after the other. */
export interface CallMeter {
  /** @param name of the function. @throws Error when the call fails. */
  call(name: string, event: unknown, isFirst: boolean): Promise<MeasuredCall>;
  /** Ends the functions. */
  close(): Promise<void>;
  readonly notices: readonly string[];
  /** Of the Python that functions run on; `undefined` where there is none. */
  readonly python: string | undefined;
}

/**
 * Starts functions on local-lambda, with the database behind TLS.
 * @param settings `cpu`: `lambda` enforces the share of the package's memory size.
 * @param endpoint of the database, without TLS.
 */
export async function openCallMeter(
  settings: Pick<LocalLambdaOptions, 'packageDir' | 'logsDir' | 'cpu' | 'environment'>,
  endpoint: string,
  lab: Lab,
): Promise<CallMeter> {
  let onTraffic: (traffic: Traffic) => void = () => undefined;
  let onReport: (name: string, report: Report) => void = () => undefined;
  const { environment, connections, notice, python } = await secured(endpoint, lab, (traffic) =>
    onTraffic(traffic),
  );
  const host: LocalLambda = await startLocalLambda({
    ...settings,
    cacheDir: join(ROOT, '.cache'),
    environment: { ...settings.environment, ...environment },
    onReport: (name, report) => onReport(name, report),
  });
  lab.atEnd(() => host.close());
  return {
    notices: notice === undefined ? [] : [notice],
    python,
    close: () => host.close(),
    call: async (name, event, isFirst) => {
      if (isFirst) await host.dropEnvironments(name);
      let cpuOf = isFirst ? undefined : openCpuOf(name);
      const startCpuMs = cpuOf?.readMs(true);
      const passed: Passed[] = [];
      onTraffic = (traffic) => {
        const timeMs = performance.now();
        // The process of a first call is looked for when it first speaks; it waits for its answer meanwhile.
        cpuOf ??= openCpuOf(name);
        passed.push({ ...traffic, timeMs, cpuMs: cpuOf?.readMs(true) ?? Number.NaN });
      };
      const reported = new Promise<Report>((resolve) => {
        onReport = (reportedName, report) => reportedName === name && resolve(report);
      });
      const connectionsBefore = connections();
      const speedBefore = await measureSpeed();
      const answer = await host.invoke(name, event);
      onTraffic = () => undefined;
      cpuOf ??= openCpuOf(name);
      const endCpuMs = cpuOf?.readMs(true) ?? 0;
      cpuOf?.close();
      const speedMs = (speedBefore + (await measureSpeed())) / 2;
      refuseFailure(name, answer);
      await host.flushLogs();
      const { cpuMs: toldMs = 0, durationMs, initMs } = await reported;
      // The record of a call counts other threads than the first one once some work has come together.
      const cpuMs = startCpuMs === undefined ? toldMs : endCpuMs - startCpuMs;
      const pieces = piecesOf(passed, { cpuMs, startCpuMs, endCpuMs });
      return {
        cpuMs,
        durationMs,
        speedMs,
        connections: connections() - connectionsBefore,
        pieces,
        ...(isFirst && initMs !== undefined && { initMs, initCpuMs: Math.max(0, endCpuMs - cpuMs) }),
      };
    },
  };
}

/** TLS in front of the database where this machine can make certificates. */
async function secured(endpoint: string, lab: Lab, onTraffic: (traffic: Traffic) => void) {
  const python = await preparePython(join(ROOT, '.cache'), lab.progress.step);
  const bundle = python.ready ? join(python.sitePackages, 'botocore/cacert.pem') : undefined;
  const version = python.ready ? python.version : undefined;
  const plain = (why: string) => ({
    python: version,
    environment: { AWS_ENDPOINT_URL_DYNAMODB: endpoint },
    connections: () => 0,
    notice: `without TLS, whose part is missing then: ${why}`,
  });
  if (bundle === undefined) return plain('there is no list of root certificates');
  try {
    const certificates = await makeCertificates(join(lab.folder, 'certificates'), bundle);
    const relay = await openTlsRelay(endpoint, certificates, onTraffic);
    lab.atEnd(relay.close);
    return {
      environment: {
        AWS_ENDPOINT_URL_DYNAMODB: relay.url,
        AWS_CA_BUNDLE: certificates.bundleFile,
        SSL_CERT_FILE: certificates.bundleFile,
        NODE_EXTRA_CA_CERTS: certificates.rootFile,
      },
      python: version,
      connections: relay.connections,
      notice: undefined,
    };
  } catch (error) {
    return plain((error as Error).message.split('\n')[0] ?? 'openssl failed');
  }
}

function refuseFailure(
  name: string,
  { errorType, payload }: Awaited<ReturnType<LocalLambda['invoke']>>,
): void {
  const status = Object(payload).statusCode;
  if (errorType !== undefined || (status !== undefined && status >= 500)) {
    throw new Error(`${name} failed: ${JSON.stringify(payload).slice(0, 500)}`);
  }
}

/** The CPU time of the one process of a function. */
function openCpuOf(functionName: string): ProcessCpu | undefined {
  const text = `AWS_LAMBDA_FUNCTION_NAME=${functionName}\0`;
  // The newest processes have the highest numbers; other hosts on this machine may run functions of the same name.
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const own = pids.reverse().filter((pid) => parentOf(pid) === process.pid);
  const found = own.find((pid) => read(`/proc/${pid}/environ`).includes(text));
  return found === undefined ? undefined : openProcessCpu(Number(found), '/proc');
}

/** The second field behind the name, which may hold blanks and brackets. */
function parentOf(pid: string): number {
  return Number(
    read(`/proc/${pid}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')[1],
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
