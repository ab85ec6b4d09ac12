import { LocalLambdaError } from '../../local-lambda-error.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a target gets in place of the event: JSON text. */
export type InputOf = (event: Fields) => string;

/**
 * Reads what the target of a rule gets: the event, its `Input`, a part by `InputPath`, or what `InputTransformer` makes.
 * @param path of the target in the template.
 * @throws LocalLambdaError naming the property that does not lead to JSON.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function readTargetInput(target: Fields, ruleArn: string, path: string): InputOf {
  const { Input, InputPath, InputTransformer } = target;
  if (Input !== undefined) {
    const text = checkedJson(Input, `${path}.Input`);
    return () => text;
  }
  if (InputPath !== undefined) {
    const at = readPath(InputPath, `${path}.InputPath`);
    return (event) => JSON.stringify(at(event) ?? null);
  }
  if (InputTransformer === undefined) return (event) => JSON.stringify(event);
  const { InputPathsMap = {}, InputTemplate } = Object(InputTransformer) as Fields;
  const paths = Object.entries(Object(InputPathsMap) as Fields).map(
    ([name, one]) => [name, readPath(one, `${path}.InputTransformer.InputPathsMap.${name}`)] as const,
  );
  const template = String(InputTemplate ?? '');
  const fill: InputOf = (event) => {
    const own = paths.map(([name, at]) => [name, at(event)] as const);
    const values = new Map<string, unknown>([
      ...own,
      ['aws.events.rule-arn', ruleArn],
      ['aws.events.rule-name', ruleArn.slice(ruleArn.lastIndexOf('/') + 1)],
      ['aws.events.event.ingestion-time', event['time']],
      ['aws.events.event', event],
      ['aws.events.event.json', event],
    ]);
    return filled(template, values);
  };
  checkedJson(fill({ detail: {}, resources: [], time: '' }), `${path}.InputTransformer.InputTemplate`);
  return fill;
}

/** Fills in values: within a text of the template as text, elsewhere as JSON. */
function filled(template: string, values: ReadonlyMap<string, unknown>): string {
  let isText = false;
  return template.replaceAll(/\\.|"|<([\w.-]+)>/g, (part, name: string | undefined) => {
    if (part === '"') isText = !isText;
    if (name === undefined || !values.has(name)) return part;
    const value = values.get(name);
    if (!isText) return JSON.stringify(value ?? null);
    const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
    return JSON.stringify(text).slice(1, -1);
  });
}

/** Such as `$.detail.items[0]`. */
function readPath(value: unknown, path: string): (event: unknown) => unknown {
  const text = String(value);
  if (!/^\$(?:\.[\w-]+|\[\d{1,4}\]|\['[^']+'\])*$/.test(text)) {
    throw new LocalLambdaError(
      `${path}: must be a path such as $.detail.items[0], is ${JSON.stringify(value)}`,
    );
  }
  const names = [...text.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
    ([, name, index, quoted]) => name ?? index ?? quoted ?? '',
  );
  return (event) =>
    names.reduce<unknown>((at, name) => {
      const fields = Object(at) as Fields;
      return Object.hasOwn(fields, name) ? fields[name] : undefined;
    }, event);
}

function checkedJson(value: unknown, path: string): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  try {
    JSON.parse(text);
    return text;
  } catch (cause) {
    throw new LocalLambdaError(`${path}: must be JSON, is ${JSON.stringify(value)}`, { cause });
  }
}
