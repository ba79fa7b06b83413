import { BlockList, isIP } from 'node:net';

/** What belongs to one house, however wide it is: private, loopback, link-local, carrier and unique local networks. */
const PRIVATE: readonly (readonly [network: string, bits: number])[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
  ['fe80::', 10],
];
/** Of public addresses no house has a wider network than these. */
const WIDEST = { ipv4: 16, ipv6: 32 } as const;
/** Of no house either: it holds every IPv4 address, as ::ffff:0:0/96. */
const RESERVED = ['::', 32] as const;

/** @returns why a text is no address or network whose word may be taken, or null */
export function networkProblem(text: string): string | null {
  const [network = '', bits, ...more] = text.split('/');
  const family = familyOf(network);
  const fits = isIP(network) !== 0 && !network.includes('%') && more.length === 0;
  if (!fits || (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > (family === 'ipv6' ? 128 : 32)))) {
    return `must be addresses or networks, such as 10.0.0.7 or 10.0.0.0/24: "${text}" is none`;
  }
  if (bits === undefined || !isTooWide(network, Number(bits))) return null;
  return `must not hold "${text}": that is everybody, or far too many; name the addresses of your own proxies`;
}

function isTooWide(network: string, bits: number): boolean {
  const within = ([range, length]: readonly [string, number]): boolean => {
    if (familyOf(range) !== familyOf(network) || bits < length) return false;
    const list = new BlockList();
    list.addSubnet(range, length, familyOf(range));
    return list.check(network, familyOf(network));
  };
  if (PRIVATE.some(within)) return false;
  return bits < WIDEST[familyOf(network)] || (bits < 128 && within(RESERVED));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
