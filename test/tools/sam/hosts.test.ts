import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adviceOn, warningAbout } from '../../../tools/sam/advice';
import { bridgesIn, bridgesOfThisMachine, hostsToListenOn } from '../../../tools/sam/hosts';

const addresses = [
  '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever',
  '2: eth0    inet 192.0.2.7/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever',
  '3: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\\       valid_lft forever preferred_lft forever',
  '4: br-4f6a    inet 172.18.0.1/16 brd 172.18.255.255 scope global br-4f6a\\       valid_lft forever preferred_lft forever',
  '5: podman0    inet 10.88.0.1/16 brd 10.88.255.255 scope global podman0\\       valid_lft forever preferred_lft forever',
  '6: cni-podman1    inet 10.89.0.1/24 brd 10.89.0.255 scope global cni-podman1\\       valid_lft forever preferred_lft forever',
  '7: docker0x    inet 192.0.2.8/24 scope global docker0x\\       valid_lft forever preferred_lft forever',
].join('\n');

describe('the database for sam local', () => {
  it('listens on this machine and on the bridges of Docker and Podman, never on the network', () => {
    expect(hostsToListenOn(undefined, bridgesIn(addresses))).toEqual([
      '127.0.0.1',
      '172.17.0.1',
      '10.88.0.1',
      '10.89.0.1',
    ]);
    expect(hostsToListenOn('', bridgesIn(''))).toEqual(['127.0.0.1']);
  });

  it('listens elsewhere if it is told to, and warns of where everyone gets in', () => {
    expect(hostsToListenOn('0.0.0.0', bridgesIn(addresses))).toEqual(['0.0.0.0']);
    expect(warningAbout(['0.0.0.0'], 'linux')).toMatch(/^WARNING: whoever/);
    expect(warningAbout(['127.0.0.1', '172.17.0.1'], 'linux')).toBeUndefined();
  });

  it('warns on Linux that there is no bridge; elsewhere there never is one', () => {
    expect(warningAbout(['127.0.0.1'], 'linux')).toMatch(/^WARNING: no bridge/);
    expect(warningAbout(['127.0.0.1'], 'darwin')).toBeUndefined();
  });
});

describe('the bridges of this machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'token-auth-ip-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are those that ip lists, with a container on them or without', () => {
    const program = join(folder, 'ip');
    writeFileSync(
      program,
      '#!/bin/sh\ntest "$*" = "-4 -oneline address show up" && echo "3: docker0    inet 172.17.0.1/16 scope global"\n',
    );
    chmodSync(program, 0o755);
    expect(bridgesOfThisMachine(program)).toEqual([{ name: 'docker0', address: '172.17.0.1' }]);
  });

  it('are none where there is no ip', () => {
    expect(bridgesOfThisMachine(join(folder, 'none'))).toEqual([]);
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
