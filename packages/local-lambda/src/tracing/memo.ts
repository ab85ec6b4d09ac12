/** What is remembered of the latest things; the oldest are forgotten first. */
export interface Memo<Value> {
  get(key: string): Value | undefined;
  /** Gets a value and forgets it. */
  take(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
}

/** Makes a memo of at most `size` things. */
export function createMemo<Value>(size: number): Memo<Value> {
  const kept = new Map<string, Value>();
  return {
    get: (key) => kept.get(key),
    take: (key) => {
      const value = kept.get(key);
      kept.delete(key);
      return value;
    },
    set: (key, value) => {
      if (kept.size >= size && !kept.has(key)) kept.delete(kept.keys().next().value ?? '');
      kept.set(key, value);
    },
    delete: (key) => void kept.delete(key),
  };
}
