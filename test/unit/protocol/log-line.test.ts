import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { complaintOf, isAtLeast, parseLogLine } from '../../../src/protocol/log-line.ts';

const FOREIGN = 'hunter2-correct-horse';

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (thrown) {
    return thrown;
  }
}

describe('what an SDK complains of', () => {
  it.each([
    ['a line that is no JSON', thrownBy(() => JSON.parse(FOREIGN)), 'a line is not JSON'],
    [
      'a message that is none',
      thrownBy(() => z.union([z.literal('a'), z.literal('b')]).parse(FOREIGN)),
      'a message is not JSON-RPC',
    ],
    ['an answer to nothing', new Error(`Received a response: {"a":"${FOREIGN}"}`), 'Received a response'],
    ['more than one line', new Error(`Went wrong\n${FOREIGN}`), 'Went wrong'],
    ['nothing', new Error(''), 'a message is not JSON-RPC'],
  ])('is told without the text it is about: %s', (_what, thrown, complaint) => {
    expect(complaintOf(thrown)).toBe(complaint);
  });

  it('is at most 200 characters long', () => {
    expect(complaintOf(new Error('x'.repeat(10_000)))).toBe('x'.repeat(200));
  });
});

describe('a line of the log', () => {
  it('takes the form of the protocol', () => {
    expect(parseLogLine('{"level":40,"time":5,"pid":7,"msg":"hot"}')).toEqual({
      level: 'warning',
      logger: 'breakwater',
      data: { time: 5, msg: 'hot' },
    });
    expect(parseLogLine('{"level":99,"pid":7}')).toBeUndefined();
  });

  it('is as severe as its level', () => {
    expect([isAtLeast('error', 'warning'), isAtLeast('warning', 'warning'), isAtLeast('info', 'warning')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
