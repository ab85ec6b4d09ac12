import { LocalLambdaError } from '../local-lambda-error.ts';
import type { Template, TemplateParameter } from './cloudformation.ts';

/** Values of parameters by name; those of a list type are lists. */
export type ParameterValues = Readonly<Record<string, string | readonly string[]>>;

/**
 * The values of a template's parameters: those that are given, else their defaults. A default that names an entry in
 * AWS's parameter store is no value.
 * @throws LocalLambdaError naming a given value that the template does not allow.
 */
export function parameterValues(
  { Parameters = {} }: Template,
  given: Readonly<Record<string, string>>,
): ParameterValues {
  const values: Record<string, string | readonly string[]> = {};
  for (const [name, parameter] of Object.entries(Parameters)) {
    const type = String(parameter.Type ?? 'String');
    const isStored = type.startsWith('AWS::SSM::Parameter::Value');
    const own = Object.hasOwn(given, name) ? checked(name, given[name] ?? '', parameter) : undefined;
    const value = own ?? (isStored ? undefined : parameter.Default);
    if (value === undefined) continue;
    values[name] = isListType(type)
      ? String(value)
          .split(',')
          .map((item) => item.trim())
      : String(value);
  }
  return values;
}

/** Whether the values of a parameter of this type are lists. */
export function isListType(type: unknown): boolean {
  return /^CommaDelimitedList$|List<|<CommaDelimitedList>/.test(String(type));
}

/**
 * Refuses parameters that none of the templates has.
 * @throws LocalLambdaError naming the parameter and those that there are.
 */
export function checkParameterNames(
  templates: readonly Template[],
  given: Readonly<Record<string, string>>,
): void {
  const known = new Set(templates.flatMap(({ Parameters = {} }) => Object.keys(Parameters)));
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown === undefined) return;
  const allowed = known.size === 0 ? 'the templates have none' : `must be one of ${[...known].join(', ')}`;
  throw new LocalLambdaError(`parameter: ${allowed}, is ${JSON.stringify(unknown)}`);
}

function checked(name: string, value: string, { AllowedValues }: TemplateParameter): string {
  if (!Array.isArray(AllowedValues) || AllowedValues.map(String).includes(value)) return value;
  throw new LocalLambdaError(
    `parameter ${name}: must be one of ${AllowedValues.join(', ')}, is ${JSON.stringify(value)}`,
  );
}
