import { describe, expect, it } from 'vitest';
import type { Offer } from '../../src/core/toolset.ts';
import { TOOLSETS } from '../../src/core/toolset.ts';
import { prompts } from '../../src/prompts/registry.ts';
import { buildInstructions } from '../../src/protocol/instructions.ts';
import { resources } from '../../src/resources/registry.ts';
import { offerTools } from '../../src/tools/offer-tools.ts';
import { tools } from '../../src/tools/registry.ts';
import { Offered, TOOLSET_MEMBERS } from '../../src/tools/toolsets.ts';
import { TOOL_NAMES } from '../support/tool-names.ts';

const members = Object.values(TOOLSET_MEMBERS);
const namesOf = (all: readonly { name: string }[]) => all.map(({ name }) => name);
const whole: Offer = { toolsets: undefined, readOnly: false };

/** Every choice of sets, with and without what changes anything. */
const offers: Offer[] = Array.from({ length: 2 ** TOOLSETS.length - 1 }, (_, index) =>
  TOOLSETS.filter((_set, bit) => ((index + 1) >> bit) % 2 === 1),
).flatMap((toolsets) => [false, true].map((readOnly) => ({ toolsets, readOnly })));

describe('toolsets', () => {
  it('hold every tool, resource and prompt once; guides belong to none', () => {
    const of = (all: readonly string[]) => [...all].sort();
    expect(of(members.flatMap(({ reads, writes }) => [...reads, ...writes]))).toEqual(of(TOOL_NAMES));
    expect(of(['guide', ...members.flatMap((each) => each.resources)])).toEqual(of(namesOf(resources)));
    expect(of(members.flatMap((each) => each.prompts))).toEqual(of(namesOf(prompts)));
  });

  it('know which tools change nothing', () => {
    const reading = members.flatMap(({ reads }) => reads);
    expect([...reading].sort()).toEqual(namesOf(tools.filter(({ effect }) => effect === 'read')).sort());
  });

  it.each<[Offer, readonly string[]]>([
    [whole, TOOL_NAMES],
    [{ toolsets: ['resilience'], readOnly: false }, ['breaker_status', 'control_breaker']],
    [{ toolsets: ['memory'], readOnly: true }, ['search_memories', 'get_memory']],
  ])('are listed and loaded alone: %o', async (offer, names) => {
    const offered = offerTools(new Offered(offer));
    expect(namesOf(await offered.list())).toEqual(names);
    expect(namesOf(await offered.load())).toEqual(names);
  });

  it('leave out the sentences about what is withheld', () => {
    const offered = new Offered({ toolsets: ['memory'], readOnly: true });
    expect(offered.tell('Ask search_memories.', 'Then store_memory.', 'Or wait.')).toBe(
      'Ask search_memories. Or wait.',
    );
    expect(offered.tell('restore_memory_x is no tool.')).toBe('restore_memory_x is no tool.');
    expect(offered.tell('Then store_memory.')).toBe('');
  });
});

describe('instructions', () => {
  it('name every ability and say of no restriction where all is offered', () => {
    const text = buildInstructions(new Offered(whole));
    expect(text).toMatch(/it configures integrations, calls .*code and keeps a memory that all agents share\./);
    expect(text).not.toContain('restricted');
    expect(text).toContain('create_payment_intent');
  });

  it.each(offers)('name only what is offered, in at most 2 KB ($toolsets, $readOnly)', (offer) => {
    const offered = new Offered(offer);
    const text = buildInstructions(offered);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2048);
    expect(TOOL_NAMES.filter((name) => text.includes(name) && !offered.hasTool(name))).toEqual([]);
    expect(text).toMatch(/for you: it [a-z]/);
    expect(text).not.toMatch(/\n{3}|undefined|^- *$/m);
    expect(text.includes('restricted')).toBe(offer.readOnly || offer.toolsets?.length !== TOOLSETS.length);
  });
});
