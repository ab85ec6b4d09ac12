/** Every host of `npm run host`; each is loaded when it is asked for, so that none loads the libraries of another. */
export const HOSTS = {
  container: async () => (await import('./container/container.ts')).container,
  poller: async () => (await import('./poller/poller.ts')).poller,
  worker: async () => (await import('./worker/worker.ts')).worker,
} as const;

/** Such as `container`. */
export type HostName = keyof typeof HOSTS;
