/** What stands before the name of a function in the name of its queue, unless told otherwise. */
export const DEFAULT_QUEUE_PREFIX = 'sheep-shed.';
