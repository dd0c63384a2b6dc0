import { type Html, html } from './html.ts';
import { alertBox, layout } from './layout.ts';

export function loginPage({ alert, moved }: { alert: string | null; moved: boolean }): Html {
  return layout({
    title: 'Log in',
    viewer: null,
    body: html`<section class="card narrow">
<h1>${moved ? 'Come aboard' : 'Log in to Harbor'}</h1>
${alertBox(alert)}
${moved ? movedForm : usualForm}
</section>`,
  });
}

const usualForm = html`<form method="post" action="/login" class="stack">
<div class="field"><label for="username">Username</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" required></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required></div>
<button>Log in</button>
</form>`;

const movedForm = html`<form method="post" action="/login" class="stack">
<p><button>Come aboard</button></p>
<div class="field"><label for="key">Secret phrase</label>
<input id="key" name="password" type="password" required></div>
<div class="field"><label for="who">Your handle</label>
<input id="who" name="username" autocapitalize="none" required></div>
</form>`;

export function totpPage(alert: string | null): Html {
  return layout({
    title: 'Authentication code',
    viewer: null,
    body: html`<section class="card narrow">
<h1>Two-step log-in</h1>
<p class="muted">Open your authenticator app and type the code it shows for Harbor.</p>
${alertBox(alert)}
<form method="post" action="/login/totp" class="stack">
<div class="field"><label for="code">Authentication code</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required></div>
<button>Verify</button>
</form>
</section>`,
  });
}

export function challengePage({ email, alert }: { email: string; alert: string | null }): Html {
  return layout({
    title: 'Confirm it is you',
    viewer: null,
    body: html`<section class="card narrow">
<h1>Confirm it's you</h1>
<p class="muted">Something about this visit is new to us. We sent a code to ${maskEmail(email)}.</p>
${alertBox(alert)}
<form method="post" action="/challenge" class="stack">
<div class="field"><label for="code">Code from your e-mail</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required></div>
<button>Confirm</button>
</form>
</section>`,
  });
}

function maskEmail(email: string): string {
  return email.replace(/^(.)[^@]*/, '$1•••');
}
