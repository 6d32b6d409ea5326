import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import { examples } from '../command.ts';
import { addList, addShow } from './list.ts';
import { addListen } from './listen.ts';
import { addReplay } from './replay.ts';
import { addVerify } from './verify.ts';

export function addWebhooks(program: Command, context: CommandContext): void {
  const webhooks = program
    .command('webhooks')
    .description('receive, look at, verify and replay webhooks')
    .addHelpText(
      'after',
      examples(
        'webhooks listen stripe --forward-to http://127.0.0.1:3000/webhooks',
        'webhooks list --status failed',
        'webhooks replay --to http://127.0.0.1:3000/webhooks --faults all',
      ),
    );
  for (const add of [addListen, addList, addShow, addReplay, addVerify]) add(webhooks, context);
}
