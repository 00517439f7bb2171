import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { at, BRIDGE, CONTAINERD_SOCKET, PAUSE_IMAGE, PODS } from './layout.ts';

/** Programs that connect pods to the network, of the package containernetworking-plugins. */
const NETWORK_PROGRAMS = '/usr/lib/cni';

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** A containerd apart from what the machine has: other folders, another socket. */
const CONTAINERD = `version = 2
root = ${JSON.stringify(at('containerd'))}
state = ${JSON.stringify(at('run', 'containerd'))}
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
address = ${JSON.stringify(CONTAINERD_SOCKET)}
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = ${JSON.stringify(PAUSE_IMAGE)}
disable_apparmor = true
# A container of a build service may not protect anybody from the out-of-memory killer.
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = ${JSON.stringify(NETWORK_PROGRAMS)}
conf_dir = ${JSON.stringify(at('network'))}
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
`;

const NETWORK = {
  cniVersion: '0.4.0',
  name: 'testbed',
  plugins: [
    {
      type: 'bridge',
      bridge: BRIDGE,
      isGateway: true,
      ipam: {
        type: 'host-local',
        dataDir: at('addresses'),
        ranges: [[{ subnet: PODS }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
};

const KUBELET = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  failCgroupV1: false,
  failSwapOn: false,
  cgroupDriver: 'cgroupfs',
  containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: at('pki', 'ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  podLogsDir: at('logs'),
  // Pods find names through nothing but the machine.
  resolvConf: '/etc/resolv.conf',
  clusterDomain: 'cluster.local',
  maxPods: 250,
  serializeImagePulls: false,
  registryPullQPS: 0,
  kubeAPIQPS: 200,
  kubeAPIBurst: 400,
  nodeStatusUpdateFrequency: '4s',
  shutdownGracePeriod: '0s',
  evictionHard: {
    'memory.available': '100Mi',
    'nodefs.available': '1%',
    'imagefs.available': '1%',
  },
  imageGCHighThresholdPercent: 100,
};

/** Writes the settings of containerd, of the network and of the kubelet. */
export function writeSettings(): void {
  write(at('containerd.toml'), CONTAINERD);
  write(at('network', '10-testbed.conflist'), JSON.stringify(NETWORK));
  write(at('kubelet.json'), JSON.stringify(KUBELET));
}
