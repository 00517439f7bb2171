import { errorsOf } from '@orchestrate/core';

/** Errors of the Kubernetes backend. */
const K8S_ERRORS = {
  K8S_CONFIG: {
    retry: 'never',
    hint: 'Name a kubeconfig and a context that are there; `kubectl config get-contexts` lists them.',
  },
  K8S_UNREACHABLE: {
    retry: 'later',
    hint: 'Check the network, the VPN and the log-in; `kubectl version` asks the same server.',
  },
  K8S_BUSY: {
    retry: 'later',
    hint: 'The API server asks for patience, or has a fault of its own; it is asked again.',
  },
  K8S_LOGIN: {
    retry: 'later',
    hint: 'Log in again as your cluster wants it, and see that `kubectl get pods` answers.',
  },
  K8S_FORBIDDEN: {
    retry: 'never',
    hint: 'Ask for the verb on the resource that the message names; the README of the package lists all that are needed.',
  },
  K8S_REFUSED: {
    retry: 'never',
    hint: 'The message is that of the API server. Correct the options of the backend or of the task.',
  },
  K8S_RUNTIME_MISSING: {
    retry: 'never',
    hint: 'Install @orchestrate/runner again; in a clone, `npm run build` makes the file.',
  },
  K8S_LEADER_STUCK: {
    retry: 'never',
    hint: 'The message has the words of the cluster. Correct `leader:` of the backend: its image, volume, account or requests.',
  },
  K8S_LEADER_IMAGE: {
    retry: 'never',
    hint: 'Name an image with Node 24, tar and GNU find as `leader: { image: ... }`, such as node:24-bookworm-slim.',
  },
  BACKEND_JOB_UNKNOWN: {
    retry: 'never',
    hint: 'There is no Job of that name in the namespace, and no log of it here.',
  },
} as const;

/** Makes the errors of {@link K8S_ERRORS}. */
export const k8sError = errorsOf(K8S_ERRORS);
