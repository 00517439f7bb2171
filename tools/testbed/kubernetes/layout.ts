import { join } from 'node:path';
import { BEDS } from '../server-process.ts';

/** Version of the Kubernetes programs: the last minor one that serves cgroup v1 without being asked to. */
export const VERSION = 'v1.34.4';

/** Folder of everything the bed writes but its programs. */
export const FOLDER = join(BEDS, 'kubernetes');

/**
 * Address of the API server, which is at once the cluster's own address of it: it is given to the loopback device, so that
 * pods reach it through their gateway and nothing has to be translated.
 */
export const ADDRESS = '10.97.0.1';
export const SERVICES = '10.97.0.0/24';
/** Network of the pods. */
export const PODS = '10.98.0.0/24';
/** Device of that network on this machine; at most 15 characters. */
export const BRIDGE = 'orchestrate-k8s';
export const NODE = 'testbed';
export const SERVER = `https://${ADDRESS}`;

/** A file or folder of the bed. */
export const at = (...names: readonly string[]): string => join(FOLDER, ...names);

/** Where containerd listens; socket names are short. */
export const CONTAINERD_SOCKET = at('run', 'containerd.sock');

/** Image with a shell and Node, and one that holds a pod's network. Their names say that no registry has them. */
export const IMAGE = 'localhost/orchestrate-testbed:2';
export const PAUSE_IMAGE = 'localhost/orchestrate-pause:1';
