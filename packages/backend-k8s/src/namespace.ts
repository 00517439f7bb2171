import { type ApiCall, type ApiClient, ApiRefusal, translate } from './api-client.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
/** Where kinds of objects are served that are not of the core group. */
const GROUPS: Readonly<Record<string, string>> = {
  jobs: '/apis/batch/v1',
  roles: RBAC,
  rolebindings: RBAC,
};

/** Kinds of objects that are made or read here. */
export type Kind =
  | 'jobs'
  | 'pods'
  | 'secrets'
  | 'configmaps'
  | 'events'
  | 'serviceaccounts'
  | 'roles'
  | 'rolebindings';

/** The calls of one namespace; refusals come out as errors that say what was to be done. */
export class Namespace {
  readonly api: ApiClient;
  readonly name: string;

  constructor(api: ApiClient, name: string) {
    this.api = api;
    this.name = name;
  }

  /** Path of a kind of object, or of one of them. */
  path(kind: Kind, ...rest: string[]): string {
    const group = GROUPS[kind] ?? '/api/v1';
    return [`${group}/namespaces/${this.name}/${kind}`, ...rest.map(encodeURIComponent)].join('/');
  }

  /** @throws K8S_* */
  async call<T>(what: string, method: string, path: string, call: ApiCall = {}): Promise<T> {
    try {
      return await this.api.call<T>(method, path, call);
    } catch (error) {
      throw translate(error, `${what} in namespace ${this.name}`);
    }
  }

  /** An object, or `undefined` when it is not there. @throws K8S_* */
  async find<T>(what: string, path: string, call: ApiCall = {}): Promise<T | undefined> {
    try {
      return await this.api.call<T>('GET', path, call);
    } catch (error) {
      if (error instanceof ApiRefusal && error.status === 404) return undefined;
      throw translate(error, `${what} in namespace ${this.name}`);
    }
  }

  /**
   * Deletes an object with what belongs to it; one that is gone is no trouble. `uid`: only this one, not another that has taken
   * its name. @throws K8S_*
   */
  async remove(
    what: string,
    path: string,
    { signal, uid }: { readonly signal?: AbortSignal; readonly uid?: string } = {},
  ): Promise<void> {
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    };
    try {
      await this.api.call('DELETE', path, { body, ...(signal === undefined ? {} : { signal }) });
    } catch (error) {
      const isOther = uid !== undefined && error instanceof ApiRefusal && error.status === 409;
      if (isOther || (error instanceof ApiRefusal && error.status === 404)) return;
      throw translate(error, `${what} in namespace ${this.name}`);
    }
  }
}

/** Content type of a patch that is merged key by key (RFC 7386). */
export const MERGE_PATCH = 'application/merge-patch+json';
