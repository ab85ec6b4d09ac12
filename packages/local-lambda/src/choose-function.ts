import { LocalLambdaError } from './local-lambda-error.ts';

/**
 * Finds the function that a user means: by its name, its logical id, or the end of its name (`orders` for
 * `shop-dev-orders`), each with a qualifier behind it (`orders:live`).
 * @param asked undefined or empty: the only one that there is.
 * @returns its name, with the qualifier.
 * @throws LocalLambdaError naming the functions that there are.
 */
export function chooseFunction(
  functions: readonly { readonly name: string; readonly logicalId: string }[],
  asked: string | undefined,
): string {
  const [, wanted = '', qualifier = ''] = /^(.*?)(:[^:]*)?$/s.exec(asked ?? '') ?? [];
  const fits: ((one: (typeof functions)[number]) => boolean)[] = [
    ({ name }) => wanted === '' || name === wanted,
    ({ logicalId }) => logicalId === wanted,
    ({ name }) => name.endsWith(`-${wanted}`),
  ];
  for (const fit of fits) {
    const [found, ...more] = functions.filter(fit);
    if (found !== undefined && more.length === 0) return `${found.name}${qualifier}`;
  }
  const names = functions.map(({ name }) => name).join(', ');
  throw new LocalLambdaError(`function: must be one of ${names}, is ${asked || 'not given'}`);
}
