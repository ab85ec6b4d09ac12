import { stdoutLog } from '../../adapters/json-log/json-log.ts';
import { lambdaEvents } from '../../hosts/lambda/events.ts';
import { MAKE_PORTRAIT } from '../catalogue.ts';
import { openMaker } from '../portrait-maker.ts';
import { bucketPlace, deadLetterPlace } from '../portrait-options.ts';
import { openPortraits } from '../portraits.ts';
import { openQueue } from '../queue.ts';
import { environmentCredentials } from '../shed-options.ts';

const credentials = environmentCredentials(process.env);

export const handler = lambdaEvents(MAKE_PORTRAIT, {
  logFor: stdoutLog,
  maker: await openMaker(),
  portraits: openPortraits({ ...bucketPlace(process.env), credentials }),
  portraitDeadLetters: openQueue({ ...deadLetterPlace(process.env), credentials }),
});
