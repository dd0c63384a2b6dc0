import type { Account } from '../state.ts';
import { type Html, html } from './html.ts';
import { alertBox, layout } from './layout.ts';

/** A page that says one thing: what went wrong. */
export function noticePage(message: string, viewer: Account | null): Html {
  return layout({
    title: 'Notice',
    viewer,
    body: html`<section class="card narrow">${alertBox(message)}</section>`,
  });
}
