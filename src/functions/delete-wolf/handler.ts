import { stdoutLog } from '../../adapters/json-log/json-log.ts';
import { memoryShed } from '../../adapters/memory/memory-shed.ts';
import type { Shed } from '../../domain/shed.ts';
import { MIN_WEIGHT } from '../../domain/sheep.ts';
import { lambda, warmUp } from '../../hosts/lambda/lambda.ts';
import { DELETE_WOLF } from '../catalogue.ts';
import { openShed } from '../shed.ts';
import { environmentCredentials, shedPlace } from '../shed-options.ts';

const bind = (shed: Shed) => lambda(DELETE_WOLF, { logFor: stdoutLog, shed });

const credentials = environmentCredentials(process.env);

export const handler = bind(await openShed({ ...shedPlace(process.env), credentials }));

const trial = memoryShed();
// As a herd is: few primes, which are tested to the end, and many that are not.
for (let i = 0; i < 100; i++) await trial.add({ tattoo: BigInt(i), weight: MIN_WEIGHT + i * 799_999_999 });
// Many short calls: V8 then compiles the kernel for its calls, where one long call gets it compiled for that loop.
await warmUp(bind(trial), {}, 12);
