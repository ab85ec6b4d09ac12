import { dynamodbShed } from '#dynamodb-shed';
import type { DynamodbShedOptions, OpenShed } from '../adapters/dynamodb/dynamodb-options.ts';

/**
 * Opens the shed with the adapter that the stack is built with. It is ready for its first call when this resolves:
 * Lambda gives init a whole CPU, and an invocation of 128 MB a fourteenth of one.
 */
export async function openShed(options: DynamodbShedOptions): Promise<OpenShed> {
  const shed = dynamodbShed(options);
  await shed.open();
  return shed;
}
