/** What the platform keeps of one version of a function: what was given, with Lambda's defaults filled in. */
export interface VersionRecord {
  /** `$LATEST`, or `1`, `2`, … */
  readonly version: string;
  readonly revisionId: string;
  /** In ISO 8601. */
  readonly lastModified: string;
  /** In base64, as Lambda gives it. */
  readonly codeSha256: string;
  /** Of the zip, in bytes. */
  readonly codeSize: number;
  /** Name of the zip among those that are kept. */
  readonly codeFile: string;
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  readonly description: string;
  readonly timeout: number;
  readonly memorySize: number;
  readonly ephemeralStorage: number;
  readonly architecture: 'arm64' | 'x86_64';
  readonly variables: Readonly<Record<string, string>>;
  readonly layers: readonly string[];
  readonly deadLetterArn?: string;
  readonly tracing: 'Active' | 'PassThrough';
  readonly logging: {
    readonly format: 'Text' | 'JSON';
    readonly group: string;
    readonly applicationLevel: string;
    readonly systemLevel: string;
  };
}

/** An alias of a function. */
export interface AliasRecord {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Part of the calls, 0 to 1, that another version gets. */
  readonly weights: Readonly<Record<string, number>>;
  readonly revisionId: string;
}

/** What becomes of asynchronous invocations by one qualifier. */
export interface InvokeConfigRecord {
  /** Milliseconds since the epoch. */
  readonly lastModifiedMs: number;
  readonly maximumRetryAttempts?: number;
  readonly maximumEventAgeInSeconds?: number;
  readonly onSuccess?: string;
  readonly onFailure?: string;
}

/** The URL of a function, or of one of its aliases. */
export interface UrlRecord {
  /** First part of its host name. */
  readonly id: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM';
  /** As given. */
  readonly cors?: Readonly<Record<string, unknown>>;
  /** In ISO 8601. */
  readonly created: string;
  readonly lastModified: string;
}

/** One permission, as Lambda gives it back. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: '*' | { readonly AWS: string } | { readonly Service: string };
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: object;
}

/** Who may call a function, one of its versions or aliases; at least one statement. */
export interface PolicyRecord {
  readonly revisionId: string;
  readonly statements: readonly PolicyStatement[];
}

/** One function, in one document. */
export interface FunctionRecord {
  readonly name: string;
  readonly latest: VersionRecord;
  /** Published ones, the oldest first. */
  readonly versions: readonly VersionRecord[];
  readonly nextVersion: number;
  readonly aliases: Readonly<Record<string, AliasRecord>>;
  /** By qualifier. */
  readonly invokeConfigs: Readonly<Record<string, InvokeConfigRecord>>;
  /** By alias, `$LATEST` for the function itself. */
  readonly urls: Readonly<Record<string, UrlRecord>>;
  /** By qualifier, `$LATEST` for the function itself. Not there: none. */
  readonly policies?: Readonly<Record<string, PolicyRecord>>;
  readonly reservedConcurrency?: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** One event source mapping, in one document. */
export interface MappingRecord {
  readonly uuid: string;
  /** With its qualifier. */
  readonly functionName: string;
  /** As given, with Lambda's defaults. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  /** Milliseconds since the epoch. */
  readonly lastModifiedMs: number;
}

/** An HTTP API with its parts, in one document. */
export interface ApiRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** In ISO 8601. */
  readonly created: string;
  readonly cors?: Readonly<Record<string, unknown>>;
  readonly integrations: Readonly<Record<string, IntegrationRecord>>;
  readonly routes: Readonly<Record<string, RouteRecord>>;
  readonly stages: Readonly<Record<string, StageRecord>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a route of an HTTP API leads to. */
export interface IntegrationRecord {
  readonly id: string;
  /** Of a function, as given. */
  readonly uri: string;
  readonly payloadFormat: '1.0' | '2.0';
  readonly timeoutMs: number;
  readonly description: string;
}

/** A route of an HTTP API. */
export interface RouteRecord {
  readonly id: string;
  readonly routeKey: string;
  /** `integrations/ID`. */
  readonly target?: string;
  readonly authorizationType: 'NONE' | 'AWS_IAM';
}

/** A stage of an HTTP API. */
export interface StageRecord {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly description: string;
  /** In ISO 8601. */
  readonly created: string;
  /** In ISO 8601; not there: it is as it was created. */
  readonly updated?: string;
}
