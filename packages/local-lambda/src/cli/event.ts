import { randomUUID } from 'node:crypto';
import type { EventCommand } from './event-options.ts';

/**
 * The JSON of a sample event, of now and with new ids.
 * @throws LocalLambdaError when its fields do not fit each other.
 */
export function renderSample({ sample, fields, region }: EventCommand): string {
  const event = sample.make(fields, { region, nowMs: Date.now(), newId: randomUUID });
  return `${JSON.stringify(event, undefined, 2)}\n`;
}
