import { setTimeout as wait } from 'node:timers/promises';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { TaskError } from '../../../contracts/errors.ts';
import type { Credentials, StepOptions } from '../driver.ts';
import { checkStatus, expectVisible, sendForm, visit } from '../page-steps.ts';
import { alertText, emailChallenge, harbor, placeOf, refusalOf, totpChallenge } from './page.ts';
import type { Site } from './site.ts';

const TOTP_STEP_MS = 30_000;

function authenticator(seed: string): TOTP {
  try {
    return new TOTP({ secret: Secret.fromBase32(seed.replace(/\s/g, '')) });
  } catch {
    throw new TaskError('InvalidCredentials', 'The TOTP seed is not base32 text.');
  }
}

/** @returns the alert that the page shows for the code, or null when it was taken */
async function typeTotpCode(page: Page, code: string, options: StepOptions): Promise<string | null> {
  const field = await expectVisible(harbor.authenticationCode(page), 'the field "Authentication code"', options);
  await field.fill(code, { signal: options.signal });
  const button = await expectVisible(harbor.verify(page), 'the button "Verify"', options);
  checkStatus(await sendForm(page, button, options));
  if (placeOf(page) !== 'totp') return null;
  const alert = (await alertText(page)) ?? 'The code was not taken.';
  const refusal = refusalOf(alert);
  if (refusal) throw refusal;
  return alert;
}

/** A code works once; when it was used moments ago, the next time step's code is tried, once. */
async function passTotp(page: Page, seed: string, options: StepOptions): Promise<void> {
  const totp = authenticator(seed);
  options.progress('totp');
  if ((await typeTotpCode(page, totp.generate(), options)) === null) return;
  options.progress('waiting for the next code');
  await wait(TOTP_STEP_MS - (Date.now() % TOTP_STEP_MS) + 250, undefined, { signal: options.signal });
  if ((await typeTotpCode(page, totp.generate(), options)) === null) return;
  throw new TaskError(
    'InvalidCredentials',
    'The platform refused two authentication codes: the TOTP seed is not right.',
  );
}

/** After a form of the log-in was taken: lets nobody pass as logged in who is not. */
async function expectInside(page: Page, options: StepOptions): Promise<void> {
  const place = placeOf(page);
  if (place === 'challenge') throw emailChallenge();
  if (place === 'totp') throw totpChallenge();
  const alert = await alertText(page);
  const refusal = alert === null ? null : refusalOf(alert);
  if (refusal) throw refusal;
  if (alert !== null && /wrong username or password/i.test(alert)) {
    throw new TaskError('InvalidCredentials', 'The platform refused the user name or password.');
  }
  if (place === 'login')
    throw new TaskError('Unavailable', 'The platform asks to log in again right after the log-in.');
  await expectVisible(harbor.ownProfile(page), 'the link "Profile" of a logged-in visitor', options);
}

export async function logIn(page: Page, { url }: Site, credentials: Credentials, options: StepOptions): Promise<void> {
  options.progress('log-in');
  await visit(page, `${url}/login`, options);
  // Somebody is logged in still, and the site leads on: a new log-in begins with leaving.
  if (placeOf(page) === 'inside') {
    checkStatus(
      await sendForm(page, await expectVisible(harbor.logOut(page), 'the button "Log out"', options), options),
    );
  }
  // The session of before is stopped at a challenge, and the site lets nobody past it.
  if (placeOf(page) === 'challenge') return expectInside(page, options);
  const username = await expectVisible(harbor.username(page), 'the field "Username"', options);
  const password = await expectVisible(harbor.password(page), 'the field "Password"', options);
  const button = await expectVisible(harbor.logIn(page), 'the button "Log in"', options);
  await username.fill(credentials.username, { signal: options.signal });
  await password.fill(credentials.password, { signal: options.signal });
  checkStatus(await sendForm(page, button, options));
  if (placeOf(page) === 'totp' && credentials.totpSecret) await passTotp(page, credentials.totpSecret, options);
  await expectInside(page, options);
}

/** Types the code that a person gave; the page asks for it now, or is asked where it does. */
export async function answerChallenge(page: Page, { url }: Site, code: string, options: StepOptions): Promise<void> {
  options.progress('challenge');
  if (placeOf(page) === 'totp') {
    if ((await typeTotpCode(page, code, options)) !== null) throw totpChallenge();
    return expectInside(page, options);
  }
  if (placeOf(page) !== 'challenge') await visit(page, `${url}/challenge`, options);
  if (placeOf(page) === 'login') throw new TaskError('SessionExpired', 'The platform asks to log in again.');
  const field = await expectVisible(harbor.emailCode(page), 'the field "Code from your e-mail"', options);
  await field.fill(code, { signal: options.signal });
  const button = await expectVisible(harbor.confirm(page), 'the button "Confirm"', options);
  checkStatus(await sendForm(page, button, options));
  await expectInside(page, options);
}
