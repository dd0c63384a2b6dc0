import { POSTS, type Side } from '../sides.ts';
import type { Account } from '../state.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';

export const MAX_CAPTION = 300;

/** @param moved the form has other words in other places, as after a redesign */
export function uploadPage({ side, viewer, moved }: { side: Side; viewer: Account; moved: boolean }): Html {
  return layout({
    title: side.uploadTitle,
    viewer,
    section: side === POSTS ? 'Upload' : 'Clips',
    body: html`<h1>${moved ? 'Tell the world' : side.uploadTitle}</h1>
<section class="card">
<form method="post" action="${side.base}/upload" enctype="multipart/form-data" class="stack" data-upload>
${moved ? movedFields(side) : usualFields(side)}
<div class="progress" hidden><progress role="progressbar" aria-label="Upload progress" max="100" value="0"></progress></div>
<div data-outcome></div>
</form>
</section>`,
  });
}

function usualFields(side: Side): Html {
  return html`<div class="field"><label for="file">${side.fileLabel}</label>
<input id="file" name="file" type="file" accept="${side.accept}" required></div>
<div class="field"><label for="caption">Caption</label>
<textarea id="caption" name="caption" rows="4" data-limit="${MAX_CAPTION}" aria-describedby="caption-count"></textarea>
<p class="count" id="caption-count" data-count-for="caption"></p></div>
<div class="pair">
<div class="field"><label for="location">Location</label>
<input id="location" name="location" autocomplete="off"></div>
<div class="field"><label for="mentions">Mentions</label>
<input id="mentions" name="mentions" autocomplete="off" autocapitalize="none" placeholder="anna, @ben"></div>
</div>
<div><button>${side.submitLabel}</button></div>`;
}

function movedFields(side: Side): Html {
  return html`<div class="heading-row"><p class="muted">Fill in, then go.</p><button class="loud">Publish now</button></div>
<div class="field"><label for="words">Say something</label>
<textarea id="words" name="caption" rows="4"></textarea></div>
<div class="field"><label for="people">Who is with you</label>
<input id="people" name="mentions"></div>
<div class="field"><label for="place">Where</label>
<input id="place" name="location"></div>
<div class="field"><label for="attachment">Add media</label>
<input id="attachment" name="file" type="file" accept="${side.accept}" required></div>`;
}
