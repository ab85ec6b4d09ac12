import type { FunctionDefinition } from './deployment-package/functions.ts';
import type { ResolvedOptions } from './options.ts';

/** What of the options is about variables. */
export type GivenVariables = Pick<ResolvedOptions, 'environment' | 'functionEnvironment'>;

/**
 * Adds the variables that the user gives to those of the template, the ones for a single function last.
 * @param onNotice hears of every variable that still has a stand-in, and of every function that there is not.
 */
export function withGivenVariables(
  functions: readonly FunctionDefinition[],
  { environment, functionEnvironment }: GivenVariables,
  onNotice: (message: string) => void,
): FunctionDefinition[] {
  for (const name of Object.keys(functionEnvironment)) {
    if (functions.some((one) => one.name === name || one.logicalId === name)) continue;
    const there = functions.map((one) => one.name).join(', ');
    onNotice(`variables are given for the function "${name}", but there are only ${there}`);
  }
  const wanting = new Map<string, string[]>();
  const all = functions.map((definition) => {
    const { name, logicalId } = definition;
    const own = { ...functionEnvironment[logicalId], ...functionEnvironment[name] };
    const given = { ...environment, ...own };
    const standIns = definition.standIns.filter(({ variable }) => !Object.hasOwn(given, variable));
    for (const { variable, what } of standIns) {
      const notice = `${variable} has a stand-in for ${what}, which only AWS knows; give --env ${variable}=VALUE`;
      wanting.set(notice, [...(wanting.get(notice) ?? []), name]);
    }
    return { ...definition, environment: { ...definition.environment, ...given }, standIns };
  });
  for (const [notice, names] of wanting) onNotice(`${names.join(', ')}: ${notice}`);
  return all;
}
