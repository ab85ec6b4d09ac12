import { resolveOptions } from '@sheep-shed/options';
import { stdoutLog } from '../../adapters/json-log/json-log.ts';
import { lambdaEvents } from '../../hosts/lambda/events.ts';
import { IMPORT_FLOCK } from '../catalogue.ts';
import { openFlock } from '../flock.ts';
import { flockPlace } from '../flock-options.ts';
import { environmentCredentials } from '../shed-options.ts';

const credentials = environmentCredentials(process.env);

export const handler = lambdaEvents(IMPORT_FLOCK, {
  logFor: stdoutLog,
  flock: openFlock({ ...flockPlace(process.env), credentials }),
  ...resolveOptions(IMPORT_FLOCK.options, { environment: process.env }),
});
