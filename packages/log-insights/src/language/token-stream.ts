import { readRegex, readToken, type Token } from './lexer.ts';
import { QueryError } from './query-error.ts';
import type { Span } from './syntax.ts';

/** Hands out the tokens of a query one by one; a regular expression is read only where the grammar allows one. */
export interface TokenStream {
  readonly source: string;
  peek(): Token;
  next(): Token;
  /** End of the last token taken. */
  position(): number;
  atSymbol(text: string): boolean;
  atWord(word: string): boolean;
  takeSymbol(text: string): boolean;
  takeWord(word: string): boolean;
  expectSymbol(text: string, where: string): Token;
  /** Takes `/…/`; the next token must be `/`. */
  regex(): Span & { readonly source: string };
  /** Throws that something else was expected than the next token. */
  unexpected(expected: string): never;
}

/** Opens the tokens of a query. */
export function tokenStream(source: string): TokenStream {
  let current: Token | undefined;
  let end = 0;

  function peek(): Token {
    current ??= readToken(source, end);
    return current;
  }
  function next(): Token {
    const token = peek();
    current = undefined;
    end = token.end;
    return token;
  }
  function atSymbol(text: string): boolean {
    const token = peek();
    return token.kind === 'symbol' && token.text === text;
  }
  function atWord(word: string): boolean {
    const token = peek();
    return token.kind === 'path' && token.word?.toLowerCase() === word;
  }
  function unexpected(expected: string): never {
    const token = peek();
    const found = token.kind === 'end' ? 'the query ends' : `found ${source.slice(token.start, token.end)}`;
    throw new QueryError(`Expected ${expected}, but ${found}`, {
      start: token.start,
      end: Math.max(token.end, token.start + 1),
    });
  }
  return {
    source,
    peek,
    next,
    position: () => end,
    atSymbol,
    atWord,
    takeSymbol: (text) => atSymbol(text) && next() !== undefined,
    takeWord: (word) => atWord(word) && next() !== undefined,
    expectSymbol: (text, where) => (atSymbol(text) ? next() : unexpected(`"${text}" ${where}`)),
    regex() {
      const regex = readRegex(source, peek().start);
      current = undefined;
      end = regex.end;
      return regex;
    },
    unexpected,
  };
}
