import { stdoutLog } from '../../adapters/json-log/json-log.ts';
import { lambda } from '../../hosts/lambda/lambda.ts';
import { shed } from '../shed.ts';
import { run } from './run.ts';

export const handler = lambda(run, { status: 201, logFor: stdoutLog, shed });
