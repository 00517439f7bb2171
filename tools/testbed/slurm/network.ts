/**
 * The networks of a bed. The cluster has a network namespace of its own, in which its servers listen on their usual ports.
 * Two ways lead there from this machine: a direct one to the controller, and one through a router, in a namespace of its
 * own too, to the login hosts. A router that does not forward drops every packet and answers nothing: to both ends the
 * other one has just gone silent, as when a cable is cut, while names, routes and neighbours stay.
 */
import { readdirSync } from 'node:fs';
import { execute, must } from './execute.ts';
import type { Layout } from './layout.ts';

const ip = (...args: readonly string[]) => must(['ip', ...args]);

/** As on the loopback, nearly: what is measured over the link is not to be the cutting into small packets. */
const MTU = '65535';

/** Runs a program in a network namespace of the bed. The rest of what it sees is this machine's. */
export const inNamespace = (namespace: string, ...argv: readonly string[]): readonly string[] => [
  'nsenter',
  `--net=/run/netns/${namespace}`,
  '--',
  ...argv,
];

export async function hasNamespace(namespace: string): Promise<boolean> {
  const { stdout } = await execute(['ip', 'netns', 'list']);
  return stdout.split('\n').some((line) => line.split(' ')[0] === namespace);
}

/** Ids of the processes in a network namespace; none when there is no such namespace. */
export async function processesIn(namespace: string): Promise<readonly number[]> {
  const { code, stdout } = await execute(['ip', 'netns', 'pids', namespace]);
  return code === 0 ? stdout.split('\n').filter(Boolean).map(Number) : [];
}

async function setForwarding(layout: Layout, isOn: boolean): Promise<void> {
  const setting = `net.ipv4.ip_forward=${isOn ? 1 : 0}`;
  await must(inNamespace(layout.wireNamespace, 'sysctl', '-q', '-w', setting));
}

/** Lets every packet between this machine and the login hosts vanish, in both directions. */
export const cut = (layout: Layout): Promise<void> => setForwarding(layout, false);

/** Lets packets pass again. */
export const restore = (layout: Layout): Promise<void> => setForwarding(layout, true);

/** Whether packets pass. */
export async function isPassing(layout: Layout): Promise<boolean> {
  const call = inNamespace(layout.wireNamespace, 'sysctl', '-n', 'net.ipv4.ip_forward');
  return (await must(call)).trim() === '1';
}

/** Makes namespaces, interfaces and routes. */
export async function layNetworks(layout: Layout): Promise<void> {
  const { clusterNamespace: cluster, wireNamespace: wire, interfaces, addresses } = layout;
  await ip('netns', 'add', cluster);
  await ip('netns', 'add', wire);
  await ip('-n', cluster, 'link', 'set', 'lo', 'up');
  const { fabric, wire: near } = interfaces;
  const pair = (one: string, other: string, namespace: string) => [
    'link',
    'add',
    one,
    'mtu',
    MTU,
    'type',
    'veth',
    'peer',
    'name',
    other,
    'mtu',
    MTU,
    'netns',
    namespace,
  ];
  await ip(...pair(fabric, 'fabric', cluster));
  await ip(...pair(near, 'near', wire));
  await ip('-n', wire, ...pair('far', 'far', cluster));
  await ip('addr', 'add', `${addresses.fabricHere}/26`, 'dev', fabric);
  await ip('addr', 'add', `${addresses.wireHere}/26`, 'dev', near);
  await ip('-n', wire, 'addr', 'add', `${addresses.wireNear}/26`, 'dev', 'near');
  await ip('-n', wire, 'addr', 'add', `${addresses.wireFar}/26`, 'dev', 'far');
  await ip('-n', cluster, 'addr', 'add', `${addresses.controller}/26`, 'dev', 'fabric');
  for (const address of Object.values(addresses.logins))
    await ip('-n', cluster, 'addr', 'add', `${address}/26`, 'dev', 'far');
  for (const name of [fabric, near]) await ip('link', 'set', name, 'up');
  for (const name of ['near', 'far']) await ip('-n', wire, 'link', 'set', name, 'up');
  for (const name of ['fabric', 'far']) await ip('-n', cluster, 'link', 'set', name, 'up');
  const loginNetwork = `${addresses.wireFar.replace(/\d+$/, '128')}/26`;
  await ip('route', 'add', loginNetwork, 'via', addresses.wireNear, 'dev', near);
  await ip('-n', cluster, 'route', 'add', `${addresses.wireHere}/32`, 'via', addresses.gateway);
  await restore(layout);
}

/** Whether both namespaces and the interfaces of this machine are there. */
export async function hasNetworks(layout: Layout): Promise<boolean> {
  const here = readdirSync('/sys/class/net');
  return (
    Object.values(layout.interfaces).every((name) => here.includes(name)) &&
    (await hasNamespace(layout.clusterNamespace)) &&
    (await hasNamespace(layout.wireNamespace))
  );
}

/** Takes away whatever of the networks is there. Interfaces go with the namespace of their other end. */
export async function removeNetworks(layout: Layout): Promise<void> {
  for (const name of Object.values(layout.interfaces)) await execute(['ip', 'link', 'del', name]);
  for (const name of [layout.clusterNamespace, layout.wireNamespace])
    await execute(['ip', 'netns', 'del', name]);
}
