import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import type { EventOf } from '../events/platform-event.ts';

const BYTES_PER_MB = 1_048_576;

/**
 * What the span of an invocation says.
 * @see https://opentelemetry.io/docs/specs/semconv/faas/faas-spans/
 */
export function faasAttributes(event: EventOf<'invocation-ended'>): Attributes {
  const { errorType, attempt, maxMemoryUsedMb, cpuMs } = event;
  return {
    'faas.name': event.functionName,
    'faas.version': event.version,
    'faas.instance': event.environmentId,
    'faas.invocation_id': event.requestId,
    'faas.coldstart': event.initMs !== undefined,
    'faas.max_memory': event.memorySizeMb * BYTES_PER_MB,
    'local_lambda.billed_ms': event.billedMs,
    ...(attempt > 1 && { 'local_lambda.attempt': attempt }),
    ...(maxMemoryUsedMb !== undefined && { 'local_lambda.max_memory_used_mb': maxMemoryUsedMb }),
    ...(cpuMs !== undefined && { 'local_lambda.cpu_ms': cpuMs }),
    ...(errorType !== undefined && { [ATTR_ERROR_TYPE]: errorType }),
  };
}

/**
 * What the span of the gateway says.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function httpAttributes(event: EventOf<'request-ended'>): Attributes {
  const { route, functionName, status } = event;
  return {
    [ATTR_HTTP_REQUEST_METHOD]: event.method,
    [ATTR_URL_PATH]: event.path,
    [ATTR_URL_SCHEME]: 'http',
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
    ...(route !== undefined && { [ATTR_HTTP_ROUTE]: route }),
    ...(functionName !== undefined && {
      'faas.invoked_name': functionName,
      'faas.invoked_provider': 'aws',
      'faas.trigger': 'http',
    }),
    ...(status >= 500 && { [ATTR_ERROR_TYPE]: String(status) }),
  };
}
