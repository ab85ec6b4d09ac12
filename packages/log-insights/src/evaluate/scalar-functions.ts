import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { type ScalarFunction, TEXT_FUNCTIONS } from './text-functions.ts';
import { compare, finite, toNumber, toText, type Value } from './value.ts';

const EARTH_RADIUS_KM = 6371.0088;

const NUMERIC_FUNCTIONS: Readonly<Record<string, ScalarFunction>> = {
  abs: numeric(Math.abs),
  ceil: numeric(Math.ceil),
  floor: numeric(Math.floor),
  log: numeric(Math.log),
  sqrt: numeric(Math.sqrt),
  round: (value, digits) => round(toNumber(value ?? null), digits === undefined ? 0 : toNumber(digits)),
  greatest: (...values) => extreme(values, 1),
  least: (...values) => extreme(values, -1),
  haversine,
  toNumber: numeric((value) => value),
  toDouble: numeric((value) => value),
  toInt: numeric((value) => within(Math.trunc(value), 2 ** 31)),
  toLong: numeric((value) => within(Math.trunc(value), 2 ** 63)),
  isNumeric: (value) => !Number.isNaN(toNumber(value ?? null)),
};

const JSON_FUNCTIONS: Readonly<Record<string, ScalarFunction>> = {
  jsonParse: (value) => parseStructure(value ?? null),
  jsonStringify: (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : null),
  jsonArraySize: (value) => asList(value ?? null)?.length ?? null,
  jsonArrayContains: (value, sought) => {
    const wanted = toText(sought ?? null);
    return wanted !== null && (asList(value ?? null)?.some((element) => toText(element) === wanted) ?? false);
  },
};

const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4');
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4');
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4');

const ADDRESS_FUNCTIONS: Readonly<Record<string, ScalarFunction>> = {
  isValidIp: address((value) => isIP(value) !== 0),
  isValidIpV4: address(isIPv4),
  isValidIpV6: address(isIPv6),
  isIpInSubnet: inSubnet([4, 6]),
  isIpv4InSubnet: inSubnet([4]),
  isIpv6InSubnet: inSubnet([6]),
  isPrivateIP: address((value) => isIPv4(value) && PRIVATE.check(value, 'ipv4')),
  ipv4ToNumber: (value) => {
    const text = toText(value ?? null);
    if (text === null || !isIPv4(text)) return null;
    return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  },
};

/** Functions whose arguments are all evaluated before the call, by the documentation's spelling. */
export const SCALAR_FUNCTIONS: Readonly<Record<string, ScalarFunction>> = {
  ...NUMERIC_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...ADDRESS_FUNCTIONS,
};

function numeric(apply: (value: number) => number): ScalarFunction {
  return (value) => finite(apply(toNumber(value ?? null)));
}

function within(value: number, limit: number): number {
  return value >= -limit && value < limit ? value : Number.NaN;
}

// Through the decimal text, so that 1.005 and 2.5 round as they read and not as their binary neighbours.
function round(value: number, digits: number): Value {
  if (!Number.isFinite(value) || !Number.isInteger(digits) || Math.abs(digits) > 15) return null;
  const [mantissa, exponent = '0'] = String(Math.abs(value)).split('e');
  const scaled = Math.round(Number(`${mantissa}e${Number(exponent) + digits}`));
  return finite(Math.sign(value) * Number(`${scaled}e${-digits}`));
}

function extreme(values: readonly Value[], sign: 1 | -1): Value {
  let best: Value = null;
  for (const value of values) {
    if (value !== null && (best === null || compare(value, best) * sign > 0)) best = value;
  }
  return best;
}

function haversine(...values: readonly Value[]): Value {
  const [lat1 = Number.NaN, lon1 = Number.NaN, lat2 = Number.NaN, lon2 = Number.NaN] = values.map(
    (value) => (toNumber(value) * Math.PI) / 180,
  );
  const h =
    Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin((lon2 - lon1) / 2) ** 2;
  return finite(2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(h)));
}

function parseStructure(value: Value): Value {
  const text = toText(value);
  if (text === null) return null;
  try {
    const parsed = JSON.parse(text) as Value;
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}

function asList(value: Value): readonly Value[] | null {
  const list = typeof value === 'string' ? parseStructure(value) : value;
  return Array.isArray(list) ? (list as readonly Value[]) : null;
}

function address(apply: (value: string) => boolean): ScalarFunction {
  return (value) => {
    const text = toText(value ?? null);
    return text !== null && apply(text);
  };
}

function inSubnet(versions: readonly number[]): ScalarFunction {
  const lists = new Map<string, BlockList | null>();
  return (value, subnet) => {
    const [ip, cidr] = [toText(value ?? null), toText(subnet ?? null)];
    if (ip === null || cidr === null) return false;
    const version = isIP(ip);
    if (!versions.includes(version)) return false;
    let list = lists.get(cidr);
    if (list === undefined) {
      // A subnet is nearly always one literal; were it a field, the memory of lists stays bounded.
      if (lists.size > 1_000) lists.clear();
      list = subnetOf(cidr);
      lists.set(cidr, list);
    }
    return list?.check(ip, version === 4 ? 'ipv4' : 'ipv6') ?? false;
  };
}

function subnetOf(cidr: string): BlockList | null {
  const [ip = '', prefix = ''] = cidr.split('/');
  const version = isIP(ip);
  const bits = Number(prefix);
  if (version === 0 || !/^\d+$/.test(prefix) || bits > (version === 4 ? 32 : 128)) return null;
  const list = new BlockList();
  list.addSubnet(ip, bits, version === 4 ? 'ipv4' : 'ipv6');
  return list;
}
