import { LocalLambdaError } from './local-lambda-error.ts';

/** Where servers of AWS's protocols are, and the variables by which the SDKs in functions find them. */
export interface Endpoints {
  readonly sqsEndpoint: string | undefined;
  readonly s3Endpoint: string | undefined;
  readonly snsEndpoint: string | undefined;
  readonly eventsEndpoint: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Finds the endpoints: the variable of the service that functions get, else the option, else those for all services.
 * @throws LocalLambdaError naming the endpoint that is no URL.
 */
export function withEndpoints(given: {
  readonly awsEndpoint?: string;
  readonly sqsEndpoint?: string;
  readonly s3Endpoint?: string;
  readonly environment?: Readonly<Record<string, string>>;
}): Endpoints {
  const { environment = {} } = given;
  const all = environment['AWS_ENDPOINT_URL'] ?? given.awsEndpoint;
  const sqsEndpoint = checked('SQS', environment['AWS_ENDPOINT_URL_SQS'] ?? given.sqsEndpoint ?? all);
  const s3Endpoint = checked('S3', environment['AWS_ENDPOINT_URL_S3'] ?? given.s3Endpoint ?? all);
  return {
    sqsEndpoint,
    s3Endpoint,
    snsEndpoint: checked('SNS', environment['AWS_ENDPOINT_URL_SNS'] ?? all),
    eventsEndpoint: checked('EventBridge', environment['AWS_ENDPOINT_URL_EVENTBRIDGE'] ?? all),
    environment: {
      ...(sqsEndpoint !== undefined && { AWS_ENDPOINT_URL_SQS: sqsEndpoint }),
      ...(s3Endpoint !== undefined && { AWS_ENDPOINT_URL_S3: s3Endpoint }),
      ...environment,
    },
  };
}

function checked(service: string, url: string | undefined): string | undefined {
  if (url === undefined || url === '') return undefined;
  const { protocol, pathname, search, origin } = parse(service, url);
  if ((protocol === 'http:' || protocol === 'https:') && search === '') {
    return `${origin}${pathname.replace(/\/$/, '')}`;
  }
  throw wrong(service, url);
}

function parse(service: string, url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw wrong(service, url);
  }
}

function wrong(service: string, url: string): LocalLambdaError {
  return new LocalLambdaError(
    `endpoint of ${service}: must be a URL such as http://127.0.0.1:4566, is ${JSON.stringify(url)}`,
  );
}
