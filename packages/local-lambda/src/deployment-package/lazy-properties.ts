import { LocalLambdaError } from '../local-lambda-error.ts';
import { NO_VALUE, type ResolutionScope, resolveIntrinsics } from './intrinsics.ts';

/** Such as `{{resolve:ssm:/orders/key:1}}`: what CloudFormation fills in from AWS's parameter and secret stores. */
const DYNAMIC_REFERENCE = /\{\{resolve:([a-z-]+:[^{}]+)\}\}/g;

/**
 * The properties of a resource, each resolved when it is read for the first time: one that nobody reads may hold
 * what cannot be resolved here.
 * @param path where they stand in the template, for messages.
 */
export function lazyProperties(
  properties: Readonly<Record<string, unknown>>,
  path: string,
  scope: ResolutionScope,
): Readonly<Record<string, unknown>> {
  const lazy = {};
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(lazy, name, {
      enumerable: true,
      configurable: true,
      get: () => {
        const resolved = resolveValue(value, `${path}.${name}`, scope);
        Object.defineProperty(lazy, name, { enumerable: true, value: resolved });
        return resolved;
      },
    });
  }
  return lazy;
}

/**
 * Resolves a whole value, with its references to AWS's stores; `AWS::NoValue` is undefined.
 * @throws LocalLambdaError naming the path of what cannot be resolved here, unless the scope has stand-ins.
 */
export function resolveValue(value: unknown, path: string, scope: ResolutionScope): unknown {
  try {
    const resolved = resolveIntrinsics(value, path, scope);
    return resolved === NO_VALUE ? undefined : withReferences(resolved, path, scope);
  } catch (cause) {
    // The call stack is exhausted: CloudFormation refuses such templates, so nothing keeps books of what was visited.
    if (cause instanceof RangeError) {
      throw new LocalLambdaError(`${path}: an intrinsic function in it leads back to itself`, { cause });
    }
    throw cause;
  }
}

function withReferences(value: unknown, path: string, scope: ResolutionScope): unknown {
  if (typeof value === 'string') {
    if (!value.includes('{{resolve:')) return value;
    return value.replaceAll(DYNAMIC_REFERENCE, (_whole, reference: string) => {
      if (scope.standIn !== undefined) return scope.standIn(reference);
      throw new LocalLambdaError(`${path}: {{resolve:${reference}}} cannot be resolved on this machine`);
    });
  }
  if (Array.isArray(value)) return value.map((item) => withReferences(item, path, scope));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withReferences(item, `${path}.${key}`, scope)]),
  );
}
