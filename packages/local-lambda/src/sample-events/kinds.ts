import { gatewayEvent, loadBalancerEvent } from './http.ts';
import { dynamodbEvent, eventBridgeEvent, kinesisEvent, s3Event, snsEvent, sqsEvent } from './records.ts';
import type { SampleFields, SampleSettings } from './sample.ts';

/** One kind of sample event. */
export interface SampleKind {
  /** What sends it. */
  readonly about: string;
  readonly takes: readonly (keyof SampleFields)[];
  readonly make: (fields: SampleFields, settings: SampleSettings) => object;
}

const REQUEST = ['method', 'path', 'header', 'query', 'body'] as const;

/** The kinds of sample events by the word that chooses them. */
export const SAMPLE_KINDS: Readonly<Record<string, SampleKind>> = {
  apigw: {
    about: 'a REST API, payload format 1.0',
    takes: [...REQUEST, 'resource'],
    make: (fields, settings) => gatewayEvent('rest', fields, settings),
  },
  'apigw:v2': {
    about: 'an HTTP API, payload format 2.0',
    takes: [...REQUEST, 'resource'],
    make: (fields, settings) => gatewayEvent('http', fields, settings),
  },
  url: {
    about: 'the URL of a function',
    takes: REQUEST,
    make: (fields, settings) => gatewayEvent('url', fields, settings),
  },
  alb: { about: 'an Application Load Balancer', takes: REQUEST, make: loadBalancerEvent },
  sqs: { about: 'a message of an SQS queue', takes: ['queue', 'body'], make: sqsEvent },
  sns: { about: 'a message of an SNS topic', takes: ['topic', 'subject', 'body'], make: snsEvent },
  's3:put': {
    about: 'a new object in S3',
    takes: ['bucket', 'key', 'size'],
    make: (fields, settings) => s3Event('ObjectCreated:Put', fields, settings),
  },
  's3:delete': {
    about: 'an object removed from S3',
    takes: ['bucket', 'key'],
    make: (fields, settings) => s3Event('ObjectRemoved:Delete', fields, settings),
  },
  schedule: {
    about: 'a schedule of EventBridge',
    takes: ['rule'],
    make: (fields, settings) => eventBridgeEvent(fields, settings, true),
  },
  eventbridge: {
    about: "an event on EventBridge's bus",
    takes: ['source', 'detailType', 'detail'],
    make: (fields, settings) => eventBridgeEvent(fields, settings, false),
  },
  dynamodb: { about: 'the stream of a DynamoDB table', takes: ['table', 'item'], make: dynamodbEvent },
  kinesis: { about: 'a Kinesis stream', takes: ['stream', 'partitionKey', 'body'], make: kinesisEvent },
};
