import type { StateFolder } from '../state/state-folder.ts';
import type { ApiRecord } from './records.ts';

/** The HTTP APIs that came by API Gateway's own API. */
export interface KeptApis {
  readonly all: ReadonlyMap<string, ApiRecord>;
  /** Keeps an API, new or changed; requests reach it as it is now. */
  put(record: ApiRecord): Promise<void>;
  remove(id: string): Promise<void>;
}

const ROOM = 'apis';

/**
 * Takes up the APIs that are kept.
 * @param onChanged is called after each change.
 * @throws LocalLambdaError naming a file that is broken.
 */
export async function openKeptApis(state: StateFolder, onChanged: () => void): Promise<KeptApis> {
  const all = new Map<string, ApiRecord>();
  for (const [id, document] of await state.readAll(ROOM)) all.set(id, document as ApiRecord);
  return {
    all,
    put: async (record) => {
      const before = all.get(record.id);
      // At once, so that the next change is made of this one.
      all.set(record.id, record);
      try {
        await state.write(ROOM, record.id, record);
      } catch (error) {
        if (before === undefined) all.delete(record.id);
        else all.set(record.id, before);
        throw error;
      }
      onChanged();
    },
    remove: async (id) => {
      await state.remove(ROOM, id);
      all.delete(id);
      onChanged();
    },
  };
}
