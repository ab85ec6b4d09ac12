import type { Attributes, Link, SpanContext, SpanStatus } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { EventBus } from '../events/event-bus.ts';
import type { EventOf, OfInvocation } from '../events/platform-event.ts';
import { createTellOnce } from '../tell-once.ts';
import { createMemo } from './memo.ts';
import { faasAttributes, httpAttributes } from './span-attributes.ts';
import { isSampled, parentOf, rootOf } from './trace-id.ts';

/** The spans of a host on their way to a collector. */
export interface SpanExport {
  /** Sends what waits, for up to 2 s. */
  close(): Promise<void>;
}

/** Where spans go. */
export interface SpanExportOptions {
  readonly events: EventBus;
  /** A collector's OTLP/HTTP, such as `http://127.0.0.1:4318`; `/v1/traces` is added. */
  readonly endpoint: string;
  readonly onNotice: (message: string) => void;
}

interface Made {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly startMs: number;
  readonly durationMs: number;
  readonly attributes: Attributes;
  readonly error?: string | undefined;
  readonly links?: Link[];
}

/** Spans that wait or are being sent; what comes beyond is dropped. */
const MAX_WAITING = 2_048;
const BATCH = 512;
const BATCH_MS = 1_000;
const EXPORT_LIMIT_MS = 5_000;
const CLOSE_LIMIT_MS = 2_000;
/** Invocations and environments about which something is remembered. */
const MAX_REMEMBERED = 10_000;
/** Who started at once has waited less, in ms. */
const NO_WAIT_MS = 1;
const NO_EVENTS: [] = [];
const NO_LINKS: [] = [];
const SERVICE = 'local-lambda';
const KIND = { internal: 0, server: 1 } as const;
const SAMPLED = 1;
const STATUS_UNSET: SpanStatus = { code: 0 };

/**
 * Sends spans of gateway, queue, init and invocation to a collector, by OpenTelemetry's SDK, which is loaded now. Only
 * sampled traces have spans. Batches are bounded; spans are dropped when the collector is slower than the host.
 * @see https://opentelemetry.io/docs/specs/semconv/faas/faas-spans/
 */
export async function exportSpans({ events, endpoint, onNotice }: SpanExportOptions): Promise<SpanExport> {
  const [{ BatchSpanProcessor }, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES beat what is said here.
  const named = resources.detectResources({ detectors: [resources.envDetector] });
  const own = resources.resourceFromAttributes({ [ATTR_SERVICE_NAME]: SERVICE });
  const resource = resources.defaultResource().merge(own).merge(named);
  const tellOnce = createTellOnce(onNotice);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_LIMIT_MS,
  });
  let waiting = 0;
  const counted: SpanExporter = {
    export: (spans, done) =>
      exporter.export(spans as Parameters<typeof exporter.export>[0], (result) => {
        waiting -= spans.length;
        if (result.error !== undefined) tellOnce(`spans are lost: ${endpoint}: ${result.error.message}`);
        done({ code: 0 });
      }),
    shutdown: () => exporter.shutdown(),
  };
  const processor = new BatchSpanProcessor(counted, {
    maxQueueSize: MAX_WAITING,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: BATCH_MS,
    exportTimeoutMillis: EXPORT_LIMIT_MS + 1_000,
  });
  const scope = { name: '@sheep-shed/local-lambda' };

  function add(made: Made): void {
    waiting += 1;
    const { traceId, spanId, parentId, startMs, durationMs, error } = made;
    const context: SpanContext = { traceId, spanId, traceFlags: SAMPLED };
    const span: ReadableSpan = {
      name: made.name,
      kind: made.kind,
      spanContext: () => context,
      ...(parentId !== undefined && { parentSpanContext: { ...context, spanId: parentId, isRemote: true } }),
      startTime: hrTime(startMs),
      endTime: hrTime(startMs + durationMs),
      duration: hrTime(durationMs),
      ended: true,
      status: error === undefined ? STATUS_UNSET : { code: 2, message: error },
      attributes: made.attributes,
      links: made.links ?? NO_LINKS,
      events: NO_EVENTS,
      resource,
      instrumentationScope: scope,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
    processor.onEnd(span);
  }

  const leave = listen(events, (made) => {
    if (waiting < MAX_WAITING) add(made);
    else tellOnce(`spans are dropped: ${endpoint} takes them more slowly than they come`);
  });
  return {
    close: async () => {
      leave();
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_LIMIT_MS);
      });
      await Promise.race([processor.shutdown().catch(() => undefined), limit]);
      clearTimeout(timer);
    },
  };
}

/** Makes spans of what happens. @returns ends that. */
function listen(events: EventBus, add: (made: Made) => void): () => void {
  /** Since when invocations wait, by request. */
  const queued = createMemo<number>(MAX_REMEMBERED);
  /** The init of environments that have served nothing yet. */
  const inits = createMemo<EventOf<'environment-ready'>>(MAX_REMEMBERED);
  /** The first try of events that may be tried again, by request. */
  const firstTries = createMemo<SpanContext>(MAX_REMEMBERED);

  const leaves = [
    events.on(['invocation-queued', 'async-tried'], (event) => {
      if (!isSampled(event.traceId)) return;
      // The wait of an event begins when it was accepted, that of a retry when it is due.
      const since = event.type === 'async-tried' && event.attempt === 1 ? event.queuedMs : event.timeMs;
      queued.set(event.requestId, Math.min(since, queued.get(event.requestId) ?? since));
    }),
    events.on(['environment-ready'], (event) => inits.set(event.environmentId, event)),
    events.on(['environment-ended'], ({ environmentId }) => inits.delete(environmentId)),
    events.on(['invocation-throttled'], ({ requestId }) => queued.delete(requestId)),
    events.on(['request-ended'], (event) => {
      const span = spanOf(event);
      if (span === undefined) return;
      add({
        ...span,
        name: event.route === undefined ? event.method : `${event.method} ${event.route}`,
        kind: KIND.server,
        parentId: event.parentId,
        startMs: event.startedMs,
        durationMs: event.durationMs,
        attributes: httpAttributes(event),
        error: event.status >= 500 ? String(event.status) : undefined,
      });
    }),
    events.on(['invocation-ended'], ended),
  ];
  return () => {
    for (const leave of leaves) leave();
  };

  function ended(event: EventOf<'invocation-ended'>): void {
    const init = inits.take(event.environmentId);
    const since = queued.take(event.requestId);
    const span = spanOf(event);
    if (span === undefined) return;
    const { functionName, parentId, startedMs, attempt, errorType } = event;
    const attributes = faasAttributes(event);
    let above = parentId;
    if (since !== undefined && startedMs - since >= NO_WAIT_MS) {
      const spanId = newSpanId();
      const wait = { ...span, spanId, parentId, startMs: since, durationMs: startedMs - since };
      add({ ...wait, name: `${functionName} queue`, kind: KIND.internal, attributes });
      above = spanId;
    }
    if (init !== undefined && event.initMs !== undefined) {
      const startMs = init.timeMs - init.initMs;
      const about = { ...span, spanId: newSpanId(), parentId: above, startMs, durationMs: init.initMs };
      add({ ...about, name: `${functionName} init`, kind: KIND.internal, attributes });
    }
    const first = firstTries.get(event.requestId);
    add({
      ...span,
      name: functionName,
      kind: KIND.server,
      parentId,
      startMs: startedMs,
      durationMs: event.durationMs,
      attributes,
      error: errorType,
      ...(attempt > 1 && first !== undefined && { links: [{ context: first }] }),
    });
    if (attempt === 1 && errorType !== undefined)
      firstTries.set(event.requestId, { ...span, traceFlags: SAMPLED });
  }
}

/** The ids of a span; undefined where its trace is not sampled. */
function spanOf({
  traceId: header,
}: Pick<OfInvocation, 'traceId'>): { readonly traceId: string; readonly spanId: string } | undefined {
  if (!isSampled(header)) return undefined;
  const root = rootOf(header);
  const spanId = parentOf(header);
  if (root === undefined || spanId === undefined) return undefined;
  return { traceId: root.slice(2, 10) + root.slice(11), spanId };
}

function newSpanId(): string {
  const id = crypto.randomUUID();
  return id.slice(19, 23) + id.slice(24);
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}
