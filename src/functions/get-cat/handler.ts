import { resolveOptions } from '@sheep-shed/options';
import { stdoutLog } from '../../adapters/json-log/json-log.ts';
import { lambda, warmUp } from '../../hosts/lambda/lambda.ts';
import { GET_CAT } from '../catalogue.ts';

const options = resolveOptions(GET_CAT.options, { environment: process.env });

export const handler = lambda(GET_CAT, { logFor: stdoutLog, ...options });

await warmUp(handler, { queryStringParameters: { m: '3', n: '6' } }, 1);
