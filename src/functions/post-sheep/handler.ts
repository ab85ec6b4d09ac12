import { stdoutLog } from '../../adapters/json-log/json-log.ts';
import { lambda } from '../../hosts/lambda/lambda.ts';
import { POST_SHEEP } from '../catalogue.ts';
import { openShed } from '../shed.ts';
import { environmentCredentials, shedPlace } from '../shed-options.ts';

const credentials = environmentCredentials(process.env);
const shed = await openShed({ ...shedPlace(process.env), credentials });

export const handler = lambda(POST_SHEEP, { logFor: stdoutLog, shed });
