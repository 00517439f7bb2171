// The container refuses to load without this polyfill, so it comes first whatever import sorting prefers.
import 'reflect-metadata';

import {
  type DependencyContainer,
  instanceCachingFactory,
  container as rootContainer,
} from 'tsyringe';
import { projectError } from '../errors.ts';
import { isDisposable, owned } from './owned.ts';
import type { Token } from './token.ts';

/**
 * Holds what a part of the program is composed of. Things are made when first asked for, once, and belong to the scope in
 * which they were provided: that one disposes of them, the last made first. Only composition asks a scope for things.
 */
export class Scope implements AsyncDisposable {
  readonly #box: DependencyContainer;
  readonly #owned = new AsyncDisposableStack();

  private constructor(box: DependencyContainer) {
    this.#box = box;
  }

  /** A scope of its own, independent of every other. */
  static root(): Scope {
    // A child, so that nothing anybody registers globally is seen, nor seen by others.
    return new Scope(rootContainer.createChildContainer());
  }

  /** A scope that also sees what this one provides. Dispose of it first. */
  child(): Scope {
    return new Scope(this.#box.createChildContainer());
  }

  /** Says how a thing is made; it is disposed of with this scope if it can be. @throws WIRING_DUPLICATE */
  provide<T>(key: Token<T>, make: () => NoInfer<T>): void {
    if (this.#box.isRegistered(key)) {
      throw projectError('WIRING_DUPLICATE', `${String(key)} is already provided in this scope`);
    }
    // Closes over this scope: a child that asks first does not become the owner.
    this.#box.register<T>(key, { useFactory: instanceCachingFactory(() => this.own(make())) });
  }

  /** The thing a token names, from here or from further up. @throws WIRING_MISSING */
  get<T>(key: Token<T>): T {
    if (!this.#box.isRegistered(key, true)) {
      throw projectError('WIRING_MISSING', `${String(key)} is not provided in this scope`);
    }
    return this.#box.resolve<T>(key);
  }

  /** Disposes of something with this scope, before everything made earlier. */
  own<T>(thing: T): T {
    if (isDisposable(thing)) owned(this.#owned, thing);
    return thing;
  }

  /** Disposes of everything this scope made, the last made first; goes on when one fails and then throws what failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
