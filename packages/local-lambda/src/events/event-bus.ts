import { LocalLambdaError } from '../local-lambda-error.ts';
import type { EventOf, EventType, PlatformEvent } from './platform-event.ts';

/** Where the parts of the host tell what happens, and others listen. */
export interface EventBus {
  /** Whether anybody listens to a type: ask before you make an event that is made often. */
  hears(type: EventType): boolean;
  /** Tells everybody who listens, at once and in the order in which they came. Never throws. */
  emit(event: PlatformEvent): void;
  /**
   * Listens to some types until the function that it returns is called.
   * @throws LocalLambdaError when there are too many listeners.
   */
  on<Type extends EventType>(types: readonly Type[], listener: (event: EventOf<Type>) => void): () => void;
}

/** Of one type. */
const MAX_LISTENERS = 100;
/** A listener that failed so often is not called any more. */
const MAX_FAULTS = 10;

interface Listener {
  readonly hear: (event: PlatformEvent) => void;
  faults: number;
}

/** Makes the bus of one host. @param onFault hears of listeners that throw. */
export function createEventBus(onFault: (where: string, error: unknown) => void): EventBus {
  const listeners = new Map<EventType, readonly Listener[]>();

  function leave(types: readonly EventType[], leaving: Listener): void {
    for (const type of types) {
      const rest = (listeners.get(type) ?? []).filter((one) => one !== leaving);
      if (rest.length === 0) listeners.delete(type);
      else listeners.set(type, rest);
    }
  }

  function failed(listener: Listener, type: EventType, error: unknown): void {
    listener.faults += 1;
    if (listener.faults === MAX_FAULTS) leave([...listeners.keys()], listener);
    onFault(`a listener of ${type} events`, error);
  }

  return {
    hears: (type) => listeners.has(type),
    emit: (event) => {
      const hearing = listeners.get(event.type);
      if (hearing === undefined) return;
      for (const listener of hearing) {
        try {
          listener.hear(event);
        } catch (error) {
          failed(listener, event.type, error);
        }
      }
    },
    on: (types, hear) => {
      // Each listener is called with the types that it asked for, and no other.
      const listener: Listener = { hear: hear as Listener['hear'], faults: 0 };
      for (const type of types) {
        const others = listeners.get(type) ?? [];
        if (others.length >= MAX_LISTENERS) {
          leave(types, listener);
          throw new LocalLambdaError(`events: at most ${MAX_LISTENERS} listeners of ${type} at once`);
        }
        listeners.set(type, [...others, listener]);
      }
      return () => leave(types, listener);
    },
  };
}
