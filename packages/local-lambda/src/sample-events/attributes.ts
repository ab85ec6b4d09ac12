/** A value of DynamoDB, of the types that JSON has. */
export type Attribute =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly Attribute[] }
  | { readonly M: Readonly<Record<string, Attribute>> };

/** An item as DynamoDB writes it; nothing in it may be undefined. */
export function attributesOf(item: object): Readonly<Record<string, Attribute>> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: unknown): Attribute {
  if (value === null) return { NULL: true };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number') return { N: String(value) };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  return typeof value === 'object' ? { M: attributesOf(value) } : { S: String(value) };
}
