import { isReserved } from './expressions.ts';
import { FUNCTIONS } from './functions.ts';
import type { Command, Expression, Field, Item, Pattern, Query } from './syntax.ts';

const PLAIN_WORD = /^[A-Za-z0-9_@]+$/;
const FIRST_WORD = /^[A-Za-z_@]/;

/** Prints a query from its tree, one command a line; parsing the text again gives the same tree. */
export function printQuery(query: Pick<Query, 'commands'>): string {
  return query.commands.map(printCommand).join('\n| ');
}

/** Prints an expression; what is not atomic stands in parentheses, so that precedence never matters. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value);
    case 'string':
      return printString(expression.value);
    case 'boolean':
      return String(expression.value);
    case 'period':
      return `${expression.count}${expression.unit}`;
    case 'field':
      return printField(expression);
    case 'call':
      return `${expression.name}(${expression.star ? '*' : expression.arguments.map(printExpression).join(', ')})`;
    case 'negate':
      return `-${operand(expression.operand)}`;
    case 'not':
      return `not ${operand(expression.operand)}`;
    case 'match':
      return `${operand(expression.subject)} ${expression.negated ? 'not ' : ''}like ${printPattern(expression.pattern)}`;
    case 'in': {
      const list = expression.list.map(printExpression).join(', ');
      return `${operand(expression.subject)} ${expression.negated ? 'not ' : ''}in [${list}]`;
    }
    default:
      return `${operand(expression.left)} ${expression.operator} ${operand(expression.right)}`;
  }
}

function printCommand(command: Command): string {
  switch (command.kind) {
    case 'fields':
    case 'display':
      return `${command.kind} ${command.items.map(printItem).join(', ')}`;
    case 'filter':
      return `filter ${printExpression(command.condition)}`;
    case 'stats': {
      const by = command.by.length === 0 ? '' : ` by ${command.by.map(printItem).join(', ')}`;
      return `stats ${command.aggregates.map(printItem).join(', ')}${by}`;
    }
    case 'sort': {
      const keys = command.keys.map(
        (key) => `${printExpression(key.expression)} ${key.descending ? 'desc' : 'asc'}`,
      );
      return `sort ${keys.join(', ')}`;
    }
    case 'limit':
      return `limit ${command.count}`;
    case 'dedup':
      return `dedup ${command.fields.map(printField).join(', ')}`;
    case 'parse': {
      const { pattern } = command;
      const subject = command.subject === undefined ? '' : `${printField(command.subject)} `;
      const text = pattern.kind === 'glob' ? printString(pattern.text) : `/${pattern.source}/`;
      const names = command.aliases.map((alias) => printName(alias, true)).join(', ');
      return `parse ${subject}${text}${names === '' ? '' : ` as ${names}`}`;
    }
  }
}

function printItem(item: Item): string {
  return `${printExpression(item.expression)}${item.alias === undefined ? '' : ` as ${printName(item.alias, true)}`}`;
}

function operand(expression: Expression): string {
  const atomic = ['number', 'string', 'boolean', 'period', 'field', 'call'].includes(expression.kind);
  return atomic ? printExpression(expression) : `(${printExpression(expression)})`;
}

function printPattern(pattern: Pattern): string {
  return pattern.kind === 'substring' ? printString(pattern.text) : `/${pattern.source}/`;
}

function printString(value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  return `"${escaped}"`;
}

function printField(field: Field): string {
  const text = field.path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      return `${index === 0 ? '' : '.'}${printName(part, index === 0)}`;
    })
    .join('');
  return text;
}

function printName(name: string, first: boolean): string {
  const plain = PLAIN_WORD.test(name) && (!first || (FIRST_WORD.test(name) && !hasMeaning(name)));
  return plain ? name : `\`${name}\``;
}

// A function's name is quoted too: `count` followed by a parenthesis would read as a call.
function hasMeaning(name: string): boolean {
  return isReserved(name) || FUNCTIONS.has(name.toLowerCase());
}
