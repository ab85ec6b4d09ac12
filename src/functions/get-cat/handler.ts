import { resolveOptions } from '@sheep-shed/options';
import { stdoutLog } from '../../adapters/json-log/json-log.ts';
import { lambda, warmUp } from '../../hosts/lambda/lambda.ts';
import { CAT_OPTIONS } from './options.ts';
import { run } from './run.ts';

const { catMaxSteps } = resolveOptions(CAT_OPTIONS, { environment: process.env });

export const handler = lambda(run, { status: 200, logFor: stdoutLog, catMaxSteps });

await warmUp(handler, { queryStringParameters: { m: '3', n: '6' } }, 1);
