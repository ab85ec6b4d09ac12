/**
 * Reads `X-Amz-Client-Context`: up to 3 583 bytes of base64, which hold a JSON object.
 * @returns the JSON in ASCII and in one line, since it travels on in a header; undefined when it is anything else.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function readClientContext(text: string): string | undefined {
  if (text.length > MAX_LENGTH || !BASE64.test(text)) return undefined;
  try {
    const context: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    const isObject = typeof context === 'object' && context !== null && !Array.isArray(context);
    return isObject ? JSON.stringify(context).replaceAll(/[^\x20-\x7e]/g, escaped) : undefined;
  } catch {
    return undefined;
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const MAX_LENGTH = 3_583;
const BASE64 = /^[\w+/-]+={0,2}$/;
