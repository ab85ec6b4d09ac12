/** What a policy says of a request. */
export type Decision = 'allow' | 'deny' | 'no-match';

/**
 * Evaluates an IAM policy for one call of an API: a statement that denies beats those that allow. Conditions are not
 * evaluated.
 * @param arn such as `arn:aws:execute-api:eu-west-3:000000000000:api/dev/GET/sheep`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function evaluatePolicy(policy: unknown, arn: string): Decision {
  const { Statement } = Object(policy) as { Statement?: unknown };
  const fitting = list(Statement).filter((statement) => {
    const { Action, Resource } = Object(statement) as { Action?: unknown; Resource?: unknown };
    return (
      list(Action).some((action) => matches(String(action).toLowerCase(), 'execute-api:invoke')) &&
      list(Resource).some((resource) => matches(String(resource), arn))
    );
  });
  const effects = fitting.map((statement) => String((statement as { Effect?: unknown }).Effect));
  if (effects.includes('Deny')) return 'deny';
  return effects.includes('Allow') ? 'allow' : 'no-match';
}

function list(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** `*` stands for any characters, `?` for one. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[$()+.[\\\]^{|}]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
