import { stdoutLog } from '../../adapters/json-log/json-log.ts';
import { memoryShed } from '../../adapters/memory/memory-shed.ts';
import { MIN_WEIGHT } from '../../domain/sheep.ts';
import { lambda, warmUp } from '../../hosts/lambda/lambda.ts';
import { shed } from '../shed.ts';
import { run } from './run.ts';

const bind = (place: typeof shed) => lambda(run, { status: 204, logFor: stdoutLog, shed: place });

export const handler = bind(shed);

const trial = memoryShed();
// As a herd is: few primes, which are tested to the end, and many that are not.
for (let i = 0; i < 100; i++) await trial.add({ tattoo: BigInt(i), weight: MIN_WEIGHT + i * 799_999_999 });
// Many short calls: V8 then compiles the kernel for its calls, where one long call gets it compiled for that loop.
await warmUp(bind(trial), {}, 12);
