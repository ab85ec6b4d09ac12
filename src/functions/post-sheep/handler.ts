import { dynamodbShed } from '../../adapters/dynamodb-shed.ts';
import { stdoutLog } from '../../adapters/json-log.ts';
import { resolveOptions } from '../../config.ts';
import { lambda } from '../../wrappers/lambda.ts';
import { SHED_OPTIONS } from '../shed-options.ts';
import { run } from './run.ts';

const { table } = resolveOptions(SHED_OPTIONS, { environment: process.env });

export const handler = lambda(run, { status: 201, logFor: stdoutLog, shed: dynamodbShed({ table }) });
