import { expect, it } from 'vitest';
import { soak } from '../soak/soak.ts';

it('four servers under load, faults and kills lose nothing, do nothing twice and do not grow', {
  timeout: 240_000,
}, async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const facts = await soak({ seconds: 60, killEverySeconds: 6, seed });
  expect(facts.kills).toBeGreaterThanOrEqual(4);
  expect(facts.problems, `seed ${seed}: npm run soak -- --seconds 60 --kill-every 6 --seed ${seed}`).toEqual([]);
});
