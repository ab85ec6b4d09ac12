/** Where the host shows itself. */
export const HOST_PATH = '/_host/';

/** Where its API is. */
export const API_PATH = `${HOST_PATH}api/`;

/** Whether the path of a URL is one of the host's own, which no route of a package has. */
export function isHostPath(url: string): boolean {
  return url.startsWith(HOST_PATH) || url === '/_host';
}

/** Where Prometheus looks by default, unless a route of a package is there. */
export const METRICS_PATH = '/metrics';
/** Where the metrics are whatever the routes. */
export const OWN_METRICS_PATH = `${HOST_PATH}metrics`;

/** Whether a request for {@link METRICS_PATH} is for a package's own route. */
export function hasMetricsRoute(
  routes: readonly { readonly method: string; readonly path: string }[],
): boolean {
  return routes.some(
    ({ method, path }) => /^(GET|ANY)$/.test(method) && /^\/?(metrics|\{[^/]+\}|\$default)$/.test(path),
  );
}
