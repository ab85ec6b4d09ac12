import { OptionError } from '@sheep-shed/options';
import { findRabbitmq, HOW_TO_GET_RABBITMQ } from '../../rabbitmq/installation.ts';
import { type Rabbitmq, startRabbitmq } from '../../rabbitmq/start-rabbitmq.ts';
import type { Progress } from '../world/progress.ts';

/** Starts the broker of the worker; it ends with this process. @throws OptionError when it is not installed. */
export async function rabbitmqOf(progress: Progress): Promise<Rabbitmq> {
  if (findRabbitmq() === undefined)
    throw new OptionError(`--host worker needs a broker: ${HOW_TO_GET_RABBITMQ}`);
  progress.step('starting RabbitMQ');
  return startRabbitmq();
}
