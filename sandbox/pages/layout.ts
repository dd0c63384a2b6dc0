import type { Account } from '../state.ts';
import { type Html, html } from './html.ts';

export type Section = 'Home' | 'Upload' | 'Clips' | 'Notifications' | 'Profile' | 'Settings';

interface PageParts {
  title: string;
  /** Whose navigation is shown; null for a visitor who is not logged in. */
  viewer: Account | null;
  section?: Section;
  body: Html;
}

export function layout({ title, viewer, section, body }: PageParts): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Harbor</title>
<link rel="icon" href="/assets/harbor.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/harbor.css">
<script src="/assets/harbor.js" defer></script>
</head>
<body>
<header class="bar">
<div class="bar-inner">
<a class="brand" href="/" aria-label="Harbor"><span class="brand-mark" aria-hidden="true"></span><span aria-hidden="true">Harbor</span></a>
${viewer && navigation(viewer, section)}
</div>
</header>
<main>
${body}
</main>
<footer>Harbor, a quiet place for pictures and clips</footer>
</body>
</html>`;
}

function navigation(viewer: Account, section: Section | undefined): Html {
  const links: [Section, string][] = [
    ['Home', '/'],
    ['Upload', '/upload'],
    ['Clips', '/clips'],
    ['Notifications', '/notifications'],
    ['Profile', `/u/${viewer.username}`],
    ['Settings', '/settings/profile'],
  ];
  return html`<nav aria-label="Main">
${links.map(([name, path]) => html`<a class="nav-link" href="${path}"${name === section && html` aria-current="page"`}>${name}</a>`)}
<form class="log-out" method="post" action="/logout"><button class="quiet log-out-button">Log out</button></form>
</nav>`;
}

export function alertBox(message: string | null): Html | null {
  return message === null ? null : html`<p role="alert" class="alert">${message}</p>`;
}

export function statusBox(message: string | null): Html | null {
  return message === null ? null : html`<p role="status" class="status">${message}</p>`;
}

export function timeTag(iso: string): Html {
  const readable = new Date(iso).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  });
  return html`<time datetime="${iso}">${readable} UTC</time>`;
}

export function avatar(account: Account, size: 'small' | 'large'): Html {
  const source = account.avatar ? `/media/${account.avatar.fileName}` : '/assets/avatar.svg';
  return html`<img class="avatar ${size}" src="${source}" alt="${size === 'large' && `Profile photo of ${account.username}`}">`;
}
