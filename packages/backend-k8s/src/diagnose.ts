import type { Finding } from '@orchestrate/core';
import type { K8sConfig } from './config.ts';
import { RIGHTS } from './leader/rights.ts';
import type { Namespace } from './namespace.ts';

interface Review {
  readonly status?: { readonly allowed?: boolean };
}

async function denied(namespace: Namespace, signal?: AbortSignal): Promise<string[]> {
  const wanted = RIGHTS.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb }))),
    ),
  );
  const answers = await Promise.all(
    wanted.map(async ({ group, resource, verb }) => {
      const [name = '', subresource] = resource.split('/');
      const attributes = {
        namespace: namespace.name,
        verb,
        group,
        resource: name,
        ...(subresource === undefined ? {} : { subresource }),
      };
      const review = await namespace.call<Review>(
        'asking for rights',
        'POST',
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        {
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: { resourceAttributes: attributes },
          },
          ...(signal === undefined ? {} : { signal }),
        },
      );
      return review.status?.allowed === true ? [] : [`${verb} ${resource}`];
    }),
  );
  return answers.flat();
}

/** Looks at the cluster: its version, the namespace, the rights there, the image. */
export async function diagnose(
  namespace: Namespace,
  config: K8sConfig,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const given = signal === undefined ? {} : { signal };
  const { gitVersion = '' } = await namespace.call<{ gitVersion?: string }>(
    'asking for the version',
    'GET',
    '/version',
    given,
  );
  const findings: Finding[] = [
    {
      subject: 'cluster',
      state: 'good',
      message: `Kubernetes ${gitVersion} at ${namespace.api.server}, namespace ${namespace.name}`,
    },
  ];
  const missing = await denied(namespace, signal);
  if (missing.length > 0)
    findings.push({
      subject: 'rights',
      state: 'bad',
      message: `the account may not ${missing.join(', ')} in namespace ${namespace.name}`,
      hint: 'Ask for a role with these verbs; the README of @orchestrate/backend-k8s has it as YAML.',
    });
  else
    findings.push({
      subject: 'rights',
      state: 'good',
      message: 'the account has the rights it needs',
    });
  if (config.image === undefined)
    findings.push({
      subject: 'image',
      state: 'warning',
      message: 'the backend names no image, so each task has to',
      hint: 'Give the backend an `image`.',
    });
  return findings;
}
