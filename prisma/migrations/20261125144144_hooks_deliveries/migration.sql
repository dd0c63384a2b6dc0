-- AlterTable
ALTER TABLE "WorkerHost" ADD COLUMN     "lostAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Webhook" ADD COLUMN     "disabledAt" TIMESTAMPTZ(3),
ADD COLUMN     "disabledReason" TEXT;

-- AlterTable
ALTER TABLE "WebhookDelivery" ADD COLUMN     "answer" TEXT,
ADD COLUMN     "attemptedAt" TIMESTAMPTZ(3),
ADD COLUMN     "durationMs" INTEGER,
ADD COLUMN     "messageId" UUID NOT NULL DEFAULT gen_random_uuid();
