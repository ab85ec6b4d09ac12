import { openEnvironmentLog } from '../logs/environment-log.ts';
import { streamName } from '../logs/log-store.ts';
import { platformLines } from '../logs/platform-lines.ts';
import { openAccount } from './account.ts';
import type { EnvironmentOptions } from './environment-options.ts';
import { createInitRecord } from './init-record.ts';
import { createInvocationRecord } from './invocation-record.ts';

/** Opens what is written and kept of one environment: its log, its figures, its init and its invocations. */
export function openRecords(options: EnvironmentOptions) {
  const { definition, id, events, now, clock } = options;
  const stream = options.logStore.openStream(definition.logGroup, streamName(now(), id, definition.version));
  const log = openEnvironmentLog(stream, now, (line) => record.current()?.onLogLine?.(line));
  const lines = platformLines(definition, now);
  const account = openAccount({ definition, id, logStream: stream.name, events, now });
  const record = createInvocationRecord({
    definition,
    environmentId: id,
    log,
    lines,
    now,
    clock,
    onReport: (report, invocation, startedMs) => {
      account.finished(report, invocation, startedMs);
      options.onReport(report, invocation);
    },
  });
  const init = createInitRecord(log, lines, now, clock);
  return { logStream: stream.name, log, account, record, init };
}
