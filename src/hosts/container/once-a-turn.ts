/**
 * Collects what comes in one turn of the event loop, and takes it together at the turn's end.
 *
 * Answers sent one after the other wake their client once; each sent between other work wakes it again, which costs
 * the system more than all that a host does for a short call.
 * @param onFault hears what `take` throws; the others are taken all the same.
 */
export function onceATurn<T>(take: (one: T) => void, onFault: (error: unknown) => void): (one: T) => void {
  let collected: T[] = [];
  const takeAll = (): void => {
    const all = collected;
    collected = [];
    for (const one of all) {
      try {
        take(one);
      } catch (error) {
        onFault(error);
      }
    }
  };
  return (one) => {
    if (collected.push(one) === 1) setImmediate(takeAll);
  };
}
