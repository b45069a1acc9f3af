import { expect, onTestFinished, test } from 'vitest';
import { SettingsError } from '../../../../shared/errors.ts';
import { RedisError, RedisLink } from '../../../../simulations/compare/redis/link.ts';
import { connectionName, presentWorkers } from '../../../../simulations/compare/redis/roster.ts';
import { describeWithRedis, RedisServer } from '../../../support/redis.ts';

function open(url: string, name = 'larder-test'): Promise<RedisLink> {
  return RedisLink.open(url, { name, patienceMs: 60_000, notice: () => {} });
}

/** Why it did not open. */
async function refusal(url: string): Promise<Error> {
  try {
    (await open(url)).close();
  } catch (error) {
    return error as Error;
  }
  throw new Error(`${url} was not refused`);
}

test('an address that is none of Redis is refused without repeating it', async () => {
  for (const url of ['http://:secret@host', 'host:6379', 'redis://', '']) {
    const error = await refusal(url);
    expect(error).toBeInstanceOf(SettingsError);
    expect(error.message).not.toContain('secret');
  }
});

describeWithRedis('a link to Redis', () => {
  test('tells at once where nobody answers, and where the password is wrong, without the password', async () => {
    const server = await RedisServer.start('--requirepass', 'open-sesame');
    const { host } = new URL(server.url);
    const refused = await refusal(`redis://:secret@${host}`);
    expect(refused).toBeInstanceOf(RedisError);
    expect(refused.message).toMatch(new RegExp(`^Redis at ${host} cannot be used: WRONGPASS .*mend --redis\\.$`));
    expect((await refusal(server.url)).message).toMatch(/NOAUTH/);
    const link = await open(`redis://:open-sesame@${host}`);
    onTestFinished(() => link.close());
    expect(await link.client.ping()).toBe('PONG');
    await server.stop();
    const gone = await refusal(`redis://:secret@${host}`);
    expect(gone.message).toMatch(/ECONNREFUSED/);
    expect(`${refused.stack}${gone.stack}`).not.toContain('secret');
  });

  test('the workers that are there are those that are connected', async () => {
    const { url } = await RedisServer.start();
    const client = await open(url);
    const worker = { code: 'abc', id: 'host.1.ff' };
    const link = await open(url, connectionName(worker));
    onTestFinished(() => client.close());
    expect(await presentWorkers(client.client)).toEqual([worker]);
    await link.client.quit();
    expect(await presentWorkers(client.client)).toEqual([]);
  });
});
