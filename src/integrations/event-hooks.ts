import * as z from 'zod';

/** What can follow when an event had its effect for the first time. */
export const EVENT_HOOKS = ['memory'] as const;
export type EventHook = (typeof EVENT_HOOKS)[number];

/** The setting `on` of a provider whose events have effects: hooks by event type. */
export const eventHooks = z.record(z.string().regex(/^[a-z_]+(?:\.[a-z_]+){1,3}$/), z.enum(EVENT_HOOKS));

/** The hooks that the settings of an integration name for a type of event. */
export function hooksFor(settings: Readonly<Record<string, unknown>>, type: string): EventHook[] {
  const parsed = eventHooks.safeParse(settings['on'] ?? {});
  const hook = parsed.success ? parsed.data[type] : undefined;
  return hook === undefined ? [] : [hook];
}
