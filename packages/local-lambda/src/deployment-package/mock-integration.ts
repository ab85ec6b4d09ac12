import type { FixedAnswer, MockAnswer } from './api.ts';
import { type MappingTemplate, parseMappedValue, parseTemplate } from './mapping-template.ts';

type Properties = Readonly<Record<string, unknown>>;

const JSON_TYPE = 'application/json';

interface Response {
  readonly selects: (status: string) => boolean;
  readonly isDefault: boolean;
  readonly answer: MockAnswer;
}

/**
 * Reads what an integration of type `MOCK` answers: the response of the status that its request template asks for.
 * @throws LocalLambdaError when one of its templates holds more than references.
 */
export function readMock(integration: Properties, at: string): MockAnswer {
  const { RequestTemplates, IntegrationResponses } = integration;
  const request = template(RequestTemplates, `${at}.RequestTemplates`);
  const responses = (Array.isArray(IntegrationResponses) ? IntegrationResponses : []).map((response, i) =>
    readResponse(Object(response) as Properties, `${at}.IntegrationResponses[${i}]`),
  );
  return (input) => {
    const [, asked = ''] = /"?statusCode"?\s*:\s*"?(\d{3})/.exec(request.text(input)) ?? [];
    const chosen =
      responses.find(({ selects }) => selects(asked)) ??
      responses.find(({ isDefault }) => isDefault) ??
      responses[0];
    return chosen?.answer(input) ?? { status: 200, headers: [], body: '' };
  };
}

function readResponse(response: Properties, at: string): Response {
  const { StatusCode = 200, SelectionPattern, ResponseParameters, ResponseTemplates } = response;
  const headers = Object.entries(Object(ResponseParameters) as Properties).flatMap(([name, value]) => {
    const [, header] = /^method\.response\.header\.(.+)$/.exec(name) ?? [];
    const mapped = parseMappedValue(value);
    return header === undefined || mapped === undefined ? [] : [[header.toLowerCase(), mapped] as const];
  });
  const body = template(ResponseTemplates, `${at}.ResponseTemplates`);
  return {
    isDefault: SelectionPattern === undefined,
    selects: selector(SelectionPattern ?? StatusCode),
    answer: (input): FixedAnswer => {
      const text = body.text(input);
      const own = headers.flatMap(([name, mapped]) => {
        const value = mapped(input);
        return value === undefined ? [] : [name, value];
      });
      const type = text === '' || own.includes('content-type') ? [] : ['content-type', body.type];
      return { status: Number(StatusCode), headers: [...own, ...type], body: text };
    },
  };
}

/** A pattern is one for the whole status. */
function selector(pattern: unknown): (status: string) => boolean {
  try {
    const whole = new RegExp(`^(?:${pattern})$`);
    return (status) => whole.test(status);
  } catch {
    return () => false;
  }
}

/** The template for JSON, else the first one. */
function template(templates: unknown, at: string): { readonly type: string; readonly text: MappingTemplate } {
  const all = Object(templates) as Properties;
  const type = JSON_TYPE in all ? JSON_TYPE : (Object.keys(all)[0] ?? JSON_TYPE);
  return { type, text: parseTemplate(String(all[type] ?? ''), at) };
}
