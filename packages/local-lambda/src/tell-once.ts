/** Messages that are remembered, at most: what functions and servers say may be new each time. */
const MAX_MESSAGES = 100;

/** Makes what hands on each message once, and nothing more after a hundred of them. */
export function createTellOnce(onNotice: (message: string) => void): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    if (told.size >= MAX_MESSAGES || told.has(message)) return;
    told.add(message);
    onNotice(message);
  };
}
