import type { OptionTable } from '@sheep-shed/options';
import type { CallContext, Run, ShedContext } from '../domain/context.ts';
import { run as runDeleteWolf } from './delete-wolf/run.ts';
import { CAT_OPTIONS } from './get-cat/options.ts';
import { type CatContext, run as runGetCat } from './get-cat/run.ts';
import { run as runGetDog } from './get-dog/run.ts';
import { run as runPostSheep } from './post-sheep/run.ts';

/** What a host must open for a function, and hand to it under this name. */
export type Need = 'shed';

/** A portable function and all that a host must know to serve it. */
export interface PortableFunction<Context extends CallContext> {
  /** The last part of its name on every host. */
  readonly name: string;
  readonly run: Run<Context>;
  /** Methods and paths of HTTP, as `serverless.yml` writes them; the first is the canonical one. */
  readonly routes: readonly `${string} /${string}`[];
  /** HTTP status of success. */
  readonly success: number;
  readonly needs: readonly Need[];
  /** What it takes from its configuration, and is handed under the same names. */
  readonly options: OptionTable;
}

// One constant a function, so that a bundle holds the one it serves and no other.

export const POST_SHEEP = {
  name: 'post-sheep',
  run: runPostSheep,
  routes: ['POST /sheep/{tattoo}', 'POST /sheeps/{tattoo}'],
  success: 201,
  needs: ['shed'],
  options: {},
} as const;

export const GET_DOG = {
  name: 'get-dog',
  run: runGetDog,
  routes: ['GET /dog'],
  success: 200,
  needs: ['shed'],
  options: {},
} as const;

export const GET_CAT = {
  name: 'get-cat',
  run: runGetCat,
  routes: ['GET /cat'],
  success: 200,
  needs: [],
  options: CAT_OPTIONS,
} as const;

export const DELETE_WOLF = {
  name: 'delete-wolf',
  run: runDeleteWolf,
  routes: ['DELETE /wolf'],
  success: 204,
  needs: ['shed'],
  options: {},
} as const;

/** What serves any of the functions: each takes from it what it needs. */
export type AnyContext = ShedContext & CatContext;

/** Every function; a host that serves all takes them from here. */
export const FUNCTIONS: readonly PortableFunction<AnyContext>[] = [POST_SHEEP, GET_DOG, GET_CAT, DELETE_WOLF];
