import type { FunctionNames } from './function-name.ts';

/** The files of a new function, by their paths from the root: it greets whom its event names. */
export function newFiles({ kebab, constant }: FunctionNames): Readonly<Record<string, string>> {
  return {
    [`src/functions/${kebab}/run.ts`]: `import type { CallContext } from '../../domain/context.ts';
import { fieldOf, invalidInput } from '../../domain/input.ts';

/**
 * Greets whom \`name\` of the event names.
 * @throws ShedError \`INVALID_INPUT\`.
 */
export async function run(event: unknown, _context: CallContext): Promise<{ greeting: string }> {
  const name = fieldOf(event, 'name');
  if (typeof name !== 'string' || name === '') throw invalidInput('name', 'a text', name);
  return { greeting: \`Hello \${name}\` };
}
`,
    [`src/functions/${kebab}/handler.ts`]: `import { stdoutLog } from '../../adapters/json-log/json-log.ts';
import { lambda } from '../../hosts/lambda/lambda.ts';
import { ${constant} } from '../catalogue.ts';

export const handler = lambda(${constant}, { logFor: stdoutLog });
`,
    [`test/functions/${kebab}.test.ts`]: `import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallContext } from '../../src/domain/context.ts';
import { run } from '../../src/functions/${kebab}/run.ts';

const call: CallContext = {
  requestId: 'a-call',
  correlationId: 'an-errand',
  log: { warn: assert.fail, error: assert.fail },
  random: () => 0,
  remainingTimeMs: () => 1000,
};

test('${kebab} greets whom the event names', async () => {
  assert.deepEqual(await run({ name: 'sheep' }, call), { greeting: 'Hello sheep' });
});

test('${kebab} says which field is wrong', async () => {
  await assert.rejects(run({}, call), { code: 'INVALID_INPUT', message: 'name must be a text; got nothing' });
});
`,
  };
}

/** A change of a file that is there: what goes in, and where. */
export interface Insertion {
  readonly file: string;
  /** It goes in before the first match. */
  readonly place: RegExp;
  readonly text: string;
}

/** What a new function adds to files that are there. @param names those that there were. */
export function insertions(
  { kebab, camel, pascal, constant }: FunctionNames,
  names: readonly string[],
): readonly Insertion[] {
  const template = 'serverless.yml';
  const catalogue = 'src/functions/catalogue.ts';
  // As the Serverless Framework names the route of a path.
  const route = kebab.replaceAll('-', 'Dash');
  return [
    {
      file: catalogue,
      place: /^import .* from '\.\//m,
      text: `import { run as run${pascal} } from './${kebab}/run.ts';\n`,
    },
    {
      file: catalogue,
      place: /^\/\*\* What serves any/m,
      text: `export const ${constant} = {
  name: '${kebab}',
  scope: 'this stack',
  run: run${pascal},
  http: { routes: ['GET /${kebab}'], success: 200 },
  needs: [],
  options: {},
} as const;

`,
    },
    {
      file: catalogue,
      place: /(?<=^export const FUNCTIONS\b[^=]*= \[[^\]]*)\];/m,
      text: `${constant},`,
    },
    {
      file: 'test/contracts/function-cases.ts',
      place: /(?<=^export const CASES\b[\s\S]*?)^\];/m,
      text: `  { functionName: '${kebab}', event: { name: 'sheep' }, outcome: '{"greeting":"Hello sheep"}' },
  {
    functionName: '${kebab}',
    event: {},
    outcome: { code: 'INVALID_INPUT', message: 'name must be a text; got nothing' },
  },
`,
    },
    {
      file: 'docs/hosts.md',
      place: new RegExp(`(?<=one of ${names.join(', ')}) \\|`),
      text: `, ${kebab}`,
    },
    {
      file: template,
      // Behind the functions of every deployment.
      place: /^ {2}- \$\{self:custom\.portraits/m,
      text: `    ${camel}:
      name: \${self:custom.name}-${kebab}
      reservedConcurrency: \${param:reservedConcurrency, null}
      handler: src/functions/${kebab}/handler.handler
      role: ${pascal}Role
      events:
        - httpApi: GET /${kebab}
`,
    },
    {
      file: template,
      place: /^ {4}extensions:/m,
      text: `      ${pascal}Role:
        Type: AWS::IAM::Role
        Properties:
          PermissionsBoundary: *boundary
          AssumeRolePolicyDocument: *lambdaMayAssume
          Policies:
            - PolicyName: ${kebab}
              PolicyDocument:
                Version: '2012-10-17'
                Statement:
                  - Effect: Allow
                    Action: [logs:CreateLogStream, logs:PutLogEvents]
                    Resource: !Sub arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/\${self:custom.name}-${kebab}:*

`,
    },
    {
      file: template,
      place: /^ {4}Outputs:/m,
      text: `      HttpApiRouteGet${route[0]?.toUpperCase()}${route.slice(1)}: *authorization\n`,
    },
    {
      file: template,
      place: /(?<=^ *Value: !Join \[',', \[!Ref \w+LogGroup.*)\]\]$/m,
      text: `, !Ref ${pascal}LogGroup`,
    },
  ];
}
