/**
 * Stands in for `node:stream/web` in the bundles (`custom.esbuild.alias` in `serverless.yml`): middy names this
 * class for streamed responses only, and Node takes 1 ms of each init to load it.
 */
export class ReadableStream {}
