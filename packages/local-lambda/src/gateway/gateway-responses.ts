import type { ApiDefinition } from '../deployment-package/api.ts';
import type { TemplateInput } from '../deployment-package/mapping-template.ts';
import type { GatewayAnswer } from './answer.ts';

/**
 * Gives an answer of a REST API itself the form that the template wants: of its own type, else of `DEFAULT_4XX` or
 * `DEFAULT_5XX`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
export function gatewayResponse(
  { gatewayResponses }: ApiDefinition,
  answer: GatewayAnswer,
  input: TemplateInput,
): GatewayAnswer {
  const { responseType, detail } = answer;
  if (responseType === undefined || gatewayResponses === undefined || gatewayResponses.size === 0)
    return answer;
  const form =
    gatewayResponses.get(responseType) ??
    gatewayResponses.get(answer.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  if (form === undefined) return answer;
  const message = messageOf(String(answer.body));
  const errors: Readonly<Record<string, string | undefined>> = {
    'error.message': message ?? undefined,
    'error.messageString': JSON.stringify(message),
    'error.responseType': responseType,
    'error.validationErrorString': detail === undefined ? undefined : JSON.stringify(detail),
  };
  const own: TemplateInput = {
    ...input,
    context: (name) => (Object.hasOwn(errors, name) ? errors[name] : input.context(name)),
    body: '',
  };
  const added = form.headers.flatMap(([name, value]) => {
    const text = value(own);
    return text === undefined ? [] : [name, text];
  });
  const [type, text] = form.templates.find(([one]) => one === 'application/json') ?? form.templates[0] ?? [];
  const replaced = new Set([...added.filter((_item, i) => i % 2 === 0), ...(type ? ['content-type'] : [])]);
  const kept = answer.headers.filter((_item, i) => !replaced.has(answer.headers[i - (i % 2)] ?? ''));
  return {
    status: form.status ?? answer.status,
    headers: [
      ...kept,
      ...(type === undefined || added.includes('content-type') ? [] : ['content-type', type]),
      ...added,
    ],
    body: text === undefined ? answer.body : text(own),
  };
}

function messageOf(body: string): string | null {
  const { message, Message = message } = JSON.parse(body) as Record<string, string | null>;
  return Message ?? null;
}
