import type { NetworkInterfaceInfo } from 'node:os';
import { adviceOn, warningAbout } from '../../../tools/sam/advice';
import { bridgesOf, hostsToListenOn } from '../../../tools/sam/hosts';

const address = (text: string): NetworkInterfaceInfo => ({
  address: text,
  family: text.includes(':') ? 'IPv6' : 'IPv4',
  ...({ netmask: '', mac: '', internal: false, cidr: null } as any),
});

const interfaces = {
  lo: [address('127.0.0.1')],
  eth0: [address('192.0.2.7')],
  docker0: [address('172.17.0.1'), address('fe80::1')],
  'br-4f6a': [address('172.18.0.1')],
  podman0: [address('10.88.0.1')],
  'cni-podman1': [address('10.89.0.1')],
  docker0x: [address('192.0.2.8')],
};

describe('the database for sam local', () => {
  it('listens on this machine and on the bridges of Docker and Podman, never on the network', () => {
    expect(hostsToListenOn(undefined, bridgesOf(interfaces))).toEqual([
      '127.0.0.1',
      '172.17.0.1',
      '10.88.0.1',
      '10.89.0.1',
    ]);
    expect(hostsToListenOn('', bridgesOf({ eth0: interfaces.eth0 }))).toEqual(['127.0.0.1']);
  });

  it('listens elsewhere if it is told to, and warns of where everyone gets in', () => {
    expect(hostsToListenOn('0.0.0.0', bridgesOf(interfaces))).toEqual(['0.0.0.0']);
    expect(warningAbout(['0.0.0.0'])).toMatch(/^WARNING: /);
    expect(warningAbout(['127.0.0.1', '172.17.0.1'])).toBeUndefined();
  });
});

describe('its advice', () => {
  const listening = {
    hosts: ['127.0.0.1', '10.89.0.1'],
    port: 8000,
    bridges: [{ name: 'podman0', address: '10.89.0.1' }],
    tables: ['Users'],
    dataDir: '.local/sam',
  };

  it('says what to give for each engine, with the address of the bridge that is there', () => {
    const advice = adviceOn(listening);
    expect(advice).toContain('listens on 127.0.0.1:8000 and 10.89.0.1:8000.');
    expect(advice).toContain('--add-host host.docker.internal:host-gateway\n');
    expect(advice).toContain('--add-host host.docker.internal:10.89.0.1 --skip-pull-image\n');
    expect(adviceOn({ ...listening, bridges: [] })).toContain('host.docker.internal:10.88.0.1 ');
    expect(advice).not.toContain('into env.json');
  });

  it('says what to change when the port is not the one in env.json', () => {
    expect(adviceOn({ ...listening, port: 8001 })).toContain(
      'Put http://host.docker.internal:8001 into env.json.',
    );
  });
});
