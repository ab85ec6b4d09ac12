/** The functions on the container with a bucket; the rest of its contract is in `functions-contract.test.ts`. */
import { after } from 'node:test';
import { functionsContract } from '../contracts/functions.ts';
import { withEmulator } from '../with-emulator.ts';
import { containerHost } from './container-functions.ts';
import { makeWorld } from './emulated-world.ts';

const { world, environment, close } = await makeWorld(await withEmulator());
after(close);

functionsContract(await containerHost(world, environment));
