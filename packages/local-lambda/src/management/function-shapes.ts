import { listOf, mapOf, oneOf, shapeOf, text, textUpTo, unserved, whole } from './readers.ts';

/**
 * Runtimes that Lambda knows.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
const RUNTIME =
  /^(?:nodejs\d{1,2}\.x|python3\.\d{1,2}|provided(?:\.al2|\.al2023)?|java\d{1,2}(?:\.al2)?|dotnet\d{1,2}|ruby\d\.\d)$/;

/** An ARN of a service. */
export const arn = (service: string) =>
  text(
    new RegExp(`^arn:aws[\\w-]*:${service}:.{1,250}$`),
    `an ARN of ${service === '\\w+' ? 'AWS' : service}`,
  );

/** The name of a variable, as Lambda takes it. */
const VARIABLE = /^[a-zA-Z]\w*$/;
const NOT_HERE = 'functions run on this machine without it';

/** Members that both CreateFunction and UpdateFunctionConfiguration have. */
export const CONFIGURATION = {
  Runtime: text(RUNTIME, 'a runtime such as nodejs24.x, python3.13 or provided.al2023'),
  Handler: text(/^\S{0,128}$/, 'up to 128 characters without spaces, such as index.handler'),
  Role: text(/^arn:aws[\w-]*:iam::\d{12}:role\/?[\w+=,.@/-]+$/, 'the ARN of a role'),
  Description: textUpTo(256),
  Timeout: whole(1, 900),
  MemorySize: whole(128, 10_240),
  EphemeralStorage: shapeOf({ Size: whole(512, 10_240) }),
  Environment: shapeOf({
    Variables: mapOf(textUpTo(4_096), VARIABLE, 'letters, digits and _, a letter first'),
  }),
  Layers: listOf(arn('lambda'), 5),
  DeadLetterConfig: shapeOf({
    TargetArn: text(/^$|^arn:aws[\w-]*:(?:sqs|sns):/, 'the ARN of a queue or topic'),
  }),
  TracingConfig: shapeOf({ Mode: oneOf('Active', 'PassThrough') }),
  LoggingConfig: shapeOf({
    LogFormat: oneOf('Text', 'JSON'),
    LogGroup: text(/^[\w.\-/#]{1,512}$/, '1 to 512 letters, digits, or any of _ - / . #'),
    ApplicationLogLevel: oneOf('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'),
    SystemLogLevel: oneOf('DEBUG', 'INFO', 'WARN'),
  }),
  VpcConfig: unserved(NOT_HERE),
  FileSystemConfigs: unserved(NOT_HERE),
  ImageConfig: unserved('container images do not run here'),
  KMSKeyArn: unserved(NOT_HERE),
  SnapStart: shapeOf({ ApplyOn: oneOf('None') }),
};

/** Base64 of a zip of at most 50 MB. */
const ZIP = text(/^[A-Za-z0-9+/\s]{1,70000000}={0,2}\s*$/, 'a zip in base64, of 50 MB at most');

/** Where the code of a function is. */
export const CODE = {
  ZipFile: ZIP,
  S3Bucket: text(/^[\w.-]{3,63}$/, 'the name of a bucket'),
  S3Key: textUpTo(1_024, 1),
  S3ObjectVersion: textUpTo(1_024, 1),
  ImageUri: unserved('container images do not run here; give ZipFile, or S3Bucket and S3Key'),
  SourceKMSKeyArn: unserved(NOT_HERE),
};

/** One architecture, in a list. */
export const ARCHITECTURES = listOf(oneOf('arm64', 'x86_64'), 1);

/** Tags of a resource. */
export const TAGS = mapOf(textUpTo(256), /^.{1,128}$/s, '1 to 128 characters');

/** The name of a new function: letters, digits, - and _, or an ARN that ends with it. */
export const NEW_NAME = text(
  /^(?:(?:arn:aws[\w-]*:lambda:[\w-]+:)?(?:\d{12}:)?function:)?[\w-]{1,64}$/,
  '1 to 64 letters, digits, - or _',
);
