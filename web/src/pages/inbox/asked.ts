import type { TablerIcon } from '@tabler/icons-react';
import { IconDeviceMobile, IconHelpHexagon, IconMail, IconShieldQuestion } from '@tabler/icons-react';
import type { ChallengeState, ChallengeType } from '../../../../contracts/bulk.ts';

interface Asked {
  icon: TablerIcon;
  /** What the platform wants, after the account's name. */
  title: string;
  /** What a person does about it. */
  way: string;
}

export const ASKED: Readonly<Record<ChallengeType, Asked>> = {
  'email-code': {
    icon: IconMail,
    title: 'Asks for the code it sent by e-mail',
    way: "Enter the code from the account's mailbox, or confirm on the platform yourself and say so.",
  },
  totp: {
    icon: IconDeviceMobile,
    title: 'Asks for a code of the authenticator app',
    way: 'Enter the code that the app shows now. With the seed in the account, Flotilla would not have to ask.',
  },
  checkpoint: {
    icon: IconShieldQuestion,
    title: 'Asks to confirm on the platform itself',
    way: 'Sign in to the platform as this account, settle what it asks, then say so here.',
  },
  'outcome-unknown': {
    icon: IconHelpHexagon,
    title: 'Cannot tell whether the post was made',
    way: 'Look at the profile. When it can be read again, say solved and Flotilla looks too; nothing is posted twice.',
  },
};

export const STATE_LABELS: Readonly<Record<ChallengeState, string>> = {
  open: 'Open',
  answered: 'Answered',
  skipped: 'Skipped',
  expired: 'Expired',
};
