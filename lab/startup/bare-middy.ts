/** What is left of middy when a handler and an error hook are all that is wanted: the yardstick of its cost. */
interface Request {
  readonly event: unknown;
  readonly context: unknown;
  readonly error: unknown;
  response: unknown;
}

/** Stands in for `@middy/core` in one variant of `npm run lab -- levers`; without early time-out. */
export function middy(_options: object) {
  let explain = (_request: Request): void => undefined;
  let work = async (_event: unknown, _context: unknown): Promise<unknown> => undefined;
  const bound = async (event: unknown, context: unknown): Promise<unknown> => {
    try {
      return await work(event, context);
    } catch (error) {
      const request: Request = { event, context, error, response: undefined };
      explain(request);
      return request.response;
    }
  };
  return Object.assign(bound, {
    onError(hook: typeof explain) {
      explain = hook;
      return this;
    },
    handler(given: typeof work) {
      work = given;
      return this;
    },
  });
}
