import type { Request, Response } from 'express';
import type { Html } from './pages/html.ts';
import { noticePage } from './pages/notice.ts';
import type { Account } from './state.ts';

export const MESSAGES = {
  suspended: 'This account is suspended.',
  badLogin: 'Wrong username or password.',
  badCode: 'That code is not right.',
  badFile: 'This file could not be processed.',
  broken: 'Something went wrong. Try again later.',
  throttled: (seconds: number) => `Too many requests. Try again in ${seconds} seconds.`,
} as const;

export function sendPage(response: Response, status: number, page: Html): void {
  response.status(status).type('html').set('Cache-Control', 'private, no-cache').send(page.html);
}

/** Forms that the page's script sends are answered in JSON, everything else with pages. */
function wantsJson(request: Request): boolean {
  return request.get('accept')?.startsWith('application/json') === true;
}

/** Reads the rest of a body away, so that a browser still sending it sees the answer and no broken connection. */
async function drain(request: Request): Promise<void> {
  if (request.complete) return;
  request.resume();
  await new Promise<void>((resolve) => {
    request.once('end', resolve);
    request.once('close', resolve);
  });
}

export async function refuse(
  request: Request,
  response: Response,
  status: number,
  message: string,
  viewer: Account | null = null,
): Promise<void> {
  await drain(request);
  if (wantsJson(request)) response.status(status).json({ message });
  else sendPage(response, status, noticePage(message, viewer));
}

export async function throttle(
  request: Request,
  response: Response,
  seconds: number,
  viewer: Account | null = null,
): Promise<void> {
  response.set('Retry-After', String(seconds));
  await refuse(request, response, 429, MESSAGES.throttled(seconds), viewer);
}

export async function goTo(request: Request, response: Response, path: string): Promise<void> {
  await drain(request);
  if (wantsJson(request)) response.status(401).json({ message: 'Go on at another page.', goTo: path });
  else response.redirect(303, path);
}
