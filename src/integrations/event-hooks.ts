import * as z from 'zod';

/** What can follow when an event had its effect for the first time. */
const EVENT_HOOKS = ['memory', 'mail'] as const;
export type EventHook = (typeof EVENT_HOOKS)[number];

/** The setting `on` of a provider whose events have effects: hooks by event type. */
export const eventHooks = z.record(
  z.string().regex(/^[a-z_]+(?:\.[a-z_]+){1,3}$/),
  z.union([z.enum(EVENT_HOOKS), z.array(z.enum(EVENT_HOOKS)).max(EVENT_HOOKS.length)]),
);

/** The setting `on_mail`: whom the hook `mail` tells. */
export const eventMail = z.strictObject({ from: z.email(), to: z.email() });

/** The hooks that the settings of an integration name for a type of event. */
export function hooksFor(settings: Readonly<Record<string, unknown>>, type: string): EventHook[] {
  const parsed = eventHooks.safeParse(settings['on'] ?? {});
  const hooks = parsed.success ? parsed.data[type] : undefined;
  return hooks === undefined ? [] : [...new Set([hooks].flat())];
}
