import type { Offered } from '../tools/toolsets.ts';

export interface OfferDeps {
  offered: Offered;
}

/** What is left of a step: its sentences about tools that are offered. */
type Step = readonly string[];

/** The steps that have something left to say, numbered. */
export function numbered({ offered }: OfferDeps, steps: readonly Step[]): string {
  const told = steps.map((sentences) => offered.tell(...sentences)).filter((text) => text !== '');
  return told.map((text, index) => `${index + 1}. ${text}`).join('\n');
}

export function paragraphs(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}
