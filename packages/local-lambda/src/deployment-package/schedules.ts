import { type NextAfter, readScheduleExpression } from '../event-sources/schedules/expression.ts';
import { readTargetInput } from '../event-sources/schedules/target-input.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { functionOfUri } from './function-of-uri.ts';
import type { FunctionDefinition } from './functions.ts';
import { type LoadedTemplate, type ResolvedResource, resourcesOfType } from './template.ts';
import { routeOrNotice, type Unserved } from './unserved.ts';

/** A function that is invoked by the clock. */
export interface ScheduleDefinition {
  readonly logicalId: string;
  readonly functionName: string;
  readonly nextAfter: NextAfter;
  /** It runs from this time to that, in ms since the epoch. */
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  /** What the function gets when it is due, as JSON. */
  readonly payload: (due: { readonly id: string; readonly timeMs: number }) => string;
}

type Fields = Readonly<Record<string, unknown>>;

const NO_EVENTS = 'nothing here sends its events; invoke the function with a sample event instead';
const OFF = 'schedules are off; give --schedules to run them, or invoke the function with a sample event';
const NO_FUNCTION = 'a schedule invokes functions only';

/**
 * Reads the schedules of a template: rules of EventBridge with a `ScheduleExpression`, and schedules of its Scheduler;
 * those that are disabled are left out.
 * @param on whether schedules run; if not, a notice names each.
 */
export function readSchedules(
  loaded: LoadedTemplate,
  functions: readonly FunctionDefinition[],
  on: boolean,
  onUnserved: (unserved: Unserved) => void,
): ScheduleDefinition[] {
  const read = (resource: ResolvedResource, targets: () => readonly (() => ScheduleDefinition)[]) => {
    if (!on) onUnserved({ what: `${resource.logicalId} (${resource.type})`, notice: OFF });
    const all = on ? routeOrNotice(resource, onUnserved, targets).flat() : [];
    return all.flatMap((one) => routeOrNotice(resource, onUnserved, one));
  };
  const rules = resourcesOfType(loaded, 'AWS::Events::Rule').flatMap((rule) => {
    const { logicalId, type, properties } = rule;
    const isSchedule = properties['ScheduleExpression'] !== undefined;
    if (!isSchedule) onUnserved({ what: `${logicalId} (${type})`, notice: NO_EVENTS });
    else if (properties['EventPattern'] !== undefined) {
      onUnserved({ what: `${logicalId}.EventPattern`, notice: NO_EVENTS });
    }
    if (!isSchedule || properties['State'] === 'DISABLED') return [];
    return read(rule, () => targetsOfRule(rule, loaded, functions, onUnserved));
  });
  const schedules = resourcesOfType(loaded, 'AWS::Scheduler::Schedule').flatMap((schedule) =>
    schedule.properties['State'] === 'DISABLED'
      ? []
      : read(schedule, () => [() => readSchedule(schedule, loaded, functions)]),
  );
  return [...rules, ...schedules];
}

function targetsOfRule(
  { logicalId, properties }: ResolvedResource,
  { scope: { region, accountId } }: LoadedTemplate,
  functions: readonly FunctionDefinition[],
  onUnserved: (unserved: Unserved) => void,
): (() => ScheduleDefinition)[] {
  const path = `Resources.${logicalId}.Properties`;
  const nextAfter = readScheduleExpression(
    String(properties['ScheduleExpression']),
    'UTC',
    `${path}.ScheduleExpression`,
  );
  const arn = `arn:aws:events:${region}:${accountId}:rule/${properties['Name'] ?? logicalId}`;
  const { Targets = [] } = properties;
  return [Targets].flat().flatMap((target: unknown, i) => {
    const at = `${path}.Targets[${i}]`;
    const fields = Object(target) as Fields;
    if (!/^arn:aws:lambda:/.test(String(fields['Arn']))) {
      onUnserved({ what: `${logicalId}.Targets[${i}]`, notice: NO_FUNCTION });
      return [];
    }
    return [
      () => {
        const inputOf = readTargetInput(fields, arn, at);
        return {
          logicalId,
          functionName: functionOfUri(fields['Arn'], functions, `${at}.Arn`).functionName,
          nextAfter,
          startMs: undefined,
          endMs: undefined,
          payload: ({ id, timeMs }) =>
            inputOf(eventOf('aws.events', { id, timeMs, accountId, region, arn, detail: {} })),
        };
      },
    ];
  });
}

function readSchedule(
  { logicalId, properties }: ResolvedResource,
  { scope: { region, accountId } }: LoadedTemplate,
  functions: readonly FunctionDefinition[],
): ScheduleDefinition {
  const path = `Resources.${logicalId}.Properties`;
  const { Name = logicalId, GroupName = 'default', ScheduleExpressionTimezone = 'UTC' } = properties;
  const arn = `arn:aws:scheduler:${region}:${accountId}:schedule/${GroupName}/${Name}`;
  const target = Object(properties['Target']) as Fields;
  const { Input } = target;
  return {
    logicalId,
    nextAfter: readScheduleExpression(
      String(properties['ScheduleExpression']),
      String(ScheduleExpressionTimezone),
      `${path}.ScheduleExpression`,
    ),
    functionName: functionOfUri(target['Arn'], functions, `${path}.Target.Arn`).functionName,
    startMs: timeOf(properties['StartDate'], `${path}.StartDate`),
    endMs: timeOf(properties['EndDate'], `${path}.EndDate`),
    payload: ({ id, timeMs }) => {
      if (Input === undefined) {
        const event = eventOf('aws.scheduler', { id, timeMs, accountId, region, arn, detail: '{}' });
        return JSON.stringify(event);
      }
      const text = String(Input)
        .replaceAll('<aws.scheduler.schedule-arn>', arn)
        .replaceAll('<aws.scheduler.scheduled-time>', isoSeconds(timeMs))
        .replaceAll('<aws.scheduler.execution-id>', id)
        .replaceAll('<aws.scheduler.attempt-number>', '1');
      return isJson(text) ? text : JSON.stringify(text);
    },
  };
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
function eventOf(
  source: string,
  {
    id,
    timeMs,
    accountId,
    region,
    arn,
    detail,
  }: {
    readonly id: string;
    readonly timeMs: number;
    readonly accountId: string;
    readonly region: string;
    readonly arn: string;
    readonly detail: unknown;
  },
): Fields {
  return {
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source,
    account: accountId,
    time: isoSeconds(timeMs),
    region,
    resources: [arn],
    detail,
  };
}

function isoSeconds(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function timeOf(value: unknown, path: string): number | undefined {
  if (value === undefined) return undefined;
  const timeMs = Date.parse(String(value));
  if (!Number.isNaN(timeMs)) return timeMs;
  throw new LocalLambdaError(
    `${path}: must be a time such as 2027-01-01T00:00:00Z, is ${JSON.stringify(value)}`,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
