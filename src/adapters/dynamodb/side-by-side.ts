/**
 * Gives what several sources give, as it comes; each is asked for more only when its last was taken, so that no
 * more than one of each is in memory. The first failure ends all.
 */
export async function* sideBySide<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const ask = (iterator: AsyncIterator<T>) => iterator.next().then((result) => ({ iterator, result }));
  const pending = new Map(iterators.map((iterator) => [iterator, ask(iterator)]));
  try {
    while (pending.size > 0) {
      const { iterator, result } = await Promise.race(pending.values());
      if (result.done === true) pending.delete(iterator);
      else {
        yield result.value;
        pending.set(iterator, ask(iterator));
      }
    }
  } finally {
    // What is still on its way when one fails, or nobody wants more, must neither be waited for nor go unhandled.
    for (const [iterator, asked] of pending) {
      asked.catch(() => undefined);
      iterator.return?.()?.catch(() => undefined);
    }
  }
}
