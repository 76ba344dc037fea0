/** Which network addresses a webhook may be sent to. Whatever is not known to be public is not. */
import { BlockList, isIP } from 'node:net'

/** `private`: only where an operator allows it; `never`: what no merchant's system answers at. */
export type Reach = 'public' | 'private' | 'never'

/** Where an address lies. Text that is no plain address lies nowhere. */
export function reachOf(address: string): Reach {
  const family = isIP(address)
  // A zone (`fe80::1%eth0`) names an interface of this machine.
  if (family === 0 || address.includes('%')) return 'never'
  if (family === 4)
    return privateNets.check(address) ? 'private' : reserved.check(address) ? 'never' : 'public'
  if (mapped.check(address, 'ipv6')) return 'never'
  if (privateNets.check(address, 'ipv6')) return 'private'
  // Of IPv6 only global unicast is public: mapped, compatible, translated (NAT64), local and multicast forms lie outside.
  if (!globalUnicast.check(address, 'ipv6') || reserved.check(address, 'ipv6')) return 'never'
  return hidesIpv4(address) ? 'never' : 'public'
}

/** A set of networks such as `10.1.0.0/16`; `undefined` where one of them is malformed. */
export function networksOf(texts: readonly string[]): ((address: string) => boolean) | undefined {
  const list = new BlockList()
  for (const text of texts) {
    const [net = '', prefix = '', more] = text.split('/')
    const family = isIP(net)
    const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1
    if (more !== undefined || family === 0 || bits < 0 || bits > (family === 4 ? 32 : 128)) return undefined
    list.addSubnet(net, bits, family === 4 ? 'ipv4' : 'ipv6')
  }
  // An IPv4 network is not matched by an IPv6 form of its addresses: what connects is what is checked.
  return (address) => {
    const family = isIP(address)
    if (family === 4) return list.check(address)
    return family === 6 && !mapped.check(address, 'ipv6') && list.check(address, 'ipv6')
  }
}

const privateNets = nets(
  '10.0.0.0/8', // private use
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '172.16.0.0/12', // private use
  '192.168.0.0/16', // private use
  '::1/128', // loopback
  'fc00::/7', // unique local
)

const reserved = nets(
  '0.0.0.0/8', // this network; 0.0.0.0 reaches loopback on many systems
  '169.254.0.0/16', // link-local, and the metadata services of clouds
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
)

const globalUnicast = nets('2000::/3')
const mapped = nets('::ffff:0:0/96')

function nets(...texts: string[]): BlockList {
  const list = new BlockList()
  for (const text of texts) {
    const [net = '', bits] = text.split('/')
    list.addSubnet(net, Number(bits), isIP(net) === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

// ISATAP hides an IPv4 address behind `…:0:5efe:` or `…:200:5efe:` under any prefix.
function hidesIpv4(address: string): boolean {
  const groups = groupsOf(address)
  return groups[5] === 0x5efe && (groups[4] === 0 || groups[4] === 0x200)
}

function groupsOf(address: string): readonly number[] {
  const host = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [front = '', back] = host.split('::')
  const words = (text: string) =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16))
  if (back === undefined) return words(front)
  const [before, after] = [words(front), words(back)]
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}
