/** A CloudFormation template as far as local-lambda and the bench read it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** A resource of a template, unresolved. */
export interface TemplateResource {
  readonly Type: string;
  readonly Condition?: unknown;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** A parameter of a template. */
export interface TemplateParameter {
  readonly Type?: unknown;
  readonly Default?: unknown;
  readonly AllowedValues?: unknown;
}
