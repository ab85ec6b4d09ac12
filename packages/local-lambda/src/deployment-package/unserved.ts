import { LocalLambdaError } from '../local-lambda-error.ts';
import { isCreated } from './intrinsics.ts';
import {
  DEPLOYMENT_BUCKETS,
  PROPERTIES,
  RESOURCE_TYPES,
  type Treatment,
  UNKNOWN_TYPE,
} from './resource-types.ts';
import type { LoadedTemplate, ResolvedResource } from './template.ts';

/** Something of a template that is not served: where it stands, and what to do instead. */
export interface Unserved {
  /** Such as `Orders (AWS::SQS::Queue)` or `Orders.DeadLetterConfig`. */
  readonly what: string;
  readonly notice: string;
}

const PREFIXES = Object.entries(RESOURCE_TYPES)
  .filter(([type]) => type.endsWith('*'))
  .map(([type, treatment]) => [type.slice(0, -1), treatment] as const);

/** What is made of a type of resources. */
export function treatmentOf(type: string): Treatment {
  if (Object.hasOwn(RESOURCE_TYPES, type)) return RESOURCE_TYPES[type] ?? UNKNOWN_TYPE;
  return PREFIXES.find(([prefix]) => type.startsWith(prefix))?.[1] ?? UNKNOWN_TYPE;
}

/** The resources of a template, and their properties, that are not served here; in its order. */
export function unservedResources({ template, scope }: LoadedTemplate): Unserved[] {
  return Object.entries(template.Resources).flatMap(([logicalId, resource]) => {
    const isServed = DEPLOYMENT_BUCKETS.includes(logicalId) || scope.nested.has(logicalId);
    if (isServed || !isCreated(resource, scope)) return [];
    const { Type, Properties = {} } = resource;
    const treatment = treatmentOf(Type);
    const whole = typeof treatment === 'string' ? [] : [{ what: `${logicalId} (${Type})`, ...treatment }];
    const parts = Object.entries(PROPERTIES[Type] ?? {}).flatMap(([name, one]) =>
      typeof one === 'string' || isUnset(Properties[name]) ? [] : [{ what: `${logicalId}.${name}`, ...one }],
    );
    return [...whole, ...parts];
  });
}

/** The Serverless Framework writes `Policy: ''` for an API that has none. */
function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** The route that is read of a resource, in a list; none, and a notice, when it cannot be served. */
export function routeOrNotice<Route>(
  { logicalId, type }: ResolvedResource,
  onUnserved: (unserved: Unserved) => void,
  read: () => Route,
): Route[] {
  try {
    return [read()];
  } catch (error) {
    if (!(error instanceof LocalLambdaError)) throw error;
    onUnserved({ what: `${logicalId} (${type})`, notice: `it is not served: ${error.message}` });
    return [];
  }
}

/** One line for each notice, with everything that it is about. */
export function renderUnserved(unserved: readonly Unserved[]): string[] {
  const byNotice = new Map<string, string[]>();
  for (const { what, notice } of unserved) byNotice.set(notice, [...(byNotice.get(notice) ?? []), what]);
  return [...byNotice].map(([notice, all]) => `${all.join(', ')}: ${notice}`);
}
