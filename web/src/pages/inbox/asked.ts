import type { TablerIcon } from '@tabler/icons-react';
import { IconDeviceMobile, IconHelpHexagon, IconMail, IconShieldQuestion } from '@tabler/icons-react';
import type { ChallengeType } from '../../../../contracts/bulk.ts';

/** The picture of what a platform wants; its words are the texts `asked.…` and `way.…`. */
export const ASKED_ICONS: Readonly<Record<ChallengeType, TablerIcon>> = {
  'email-code': IconMail,
  totp: IconDeviceMobile,
  checkpoint: IconShieldQuestion,
  'outcome-unknown': IconHelpHexagon,
};
