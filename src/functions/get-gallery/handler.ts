import { stdoutLog } from '../../adapters/json-log/json-log.ts';
import { lambda } from '../../hosts/lambda/lambda.ts';
import { GET_GALLERY } from '../catalogue.ts';
import { openFinder } from '../finder.ts';
import { bucketPlace } from '../portrait-options.ts';
import { openPortraits } from '../portraits.ts';
import { environmentCredentials, shedPlace } from '../shed-options.ts';

const credentials = environmentCredentials(process.env);

export const handler = lambda(GET_GALLERY, {
  logFor: stdoutLog,
  finder: openFinder({ ...shedPlace(process.env), credentials }),
  portraits: openPortraits({ ...bucketPlace(process.env), credentials }),
});
