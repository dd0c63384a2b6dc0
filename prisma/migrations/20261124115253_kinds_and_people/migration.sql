-- AlterTable
ALTER TABLE "Account" ADD COLUMN     "rampStage" INTEGER;

-- AlterTable
ALTER TABLE "Proxy" ADD COLUMN     "checkedAt" TIMESTAMPTZ(3),
ADD COLUMN     "exitAddress" TEXT,
ADD COLUMN     "spare" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "verdict" TEXT;

-- AlterTable
ALTER TABLE "MediaVariant" ADD COLUMN     "accountId" UUID,
ADD COLUMN     "accountTaskId" UUID,
ADD COLUMN     "taskId" UUID;

-- AlterTable
ALTER TABLE "BulkTask" ADD COLUMN     "scheduleId" UUID;

-- AlterTable
ALTER TABLE "PostIntent" ADD COLUMN     "source" TEXT;

-- AlterTable
ALTER TABLE "Challenge" ADD COLUMN     "answer" BYTEA,
ADD COLUMN     "answeredBy" TEXT;

-- CreateTable
CREATE TABLE "AccountLink" (
    "accountId" UUID NOT NULL,
    "linkedId" UUID NOT NULL,
    "platform" TEXT NOT NULL,

    CONSTRAINT "AccountLink_pkey" PRIMARY KEY ("accountId","platform")
);

-- CreateTable
CREATE TABLE "AccountAction" (
    "id" BIGSERIAL NOT NULL,
    "accountId" UUID NOT NULL,
    "action" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AccountAction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PaceLane" (
    "resource" TEXT NOT NULL,
    "nextAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "slowUntil" TIMESTAMPTZ(3),
    "reason" TEXT,

    CONSTRAINT "PaceLane_pkey" PRIMARY KEY ("resource")
);

-- CreateTable
CREATE TABLE "Schedule" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "order" JSONB NOT NULL,
    "spec" JSONB NOT NULL,
    "timeZone" TEXT NOT NULL DEFAULT 'UTC',
    "overlap" TEXT NOT NULL DEFAULT 'skip',
    "paused" BOOLEAN NOT NULL DEFAULT false,
    "lastTaskId" UUID,
    "lastRunAt" TIMESTAMPTZ(3),
    "lastError" TEXT,
    "createdById" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Schedule_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "AccountLink_linkedId_idx" ON "AccountLink"("linkedId");

-- CreateIndex
CREATE UNIQUE INDEX "AccountAction_key_key" ON "AccountAction"("key");

-- CreateIndex
CREATE INDEX "AccountAction_accountId_action_at_idx" ON "AccountAction"("accountId", "action", "at");

-- CreateIndex
CREATE INDEX "AccountAction_at_idx" ON "AccountAction"("at");

-- CreateIndex
CREATE INDEX "Schedule_createdAt_id_idx" ON "Schedule"("createdAt", "id");

-- CreateIndex
CREATE INDEX "MediaVariant_taskId_accountId_idx" ON "MediaVariant"("taskId", "accountId");

-- CreateIndex
CREATE INDEX "BulkTask_scheduleId_createdAt_idx" ON "BulkTask"("scheduleId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "PostIntent_accountId_source_key" ON "PostIntent"("accountId", "source");

-- CreateIndex
CREATE INDEX "Challenge_accountId_state_idx" ON "Challenge"("accountId", "state");

-- AddForeignKey
ALTER TABLE "AccountLink" ADD CONSTRAINT "AccountLink_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AccountLink" ADD CONSTRAINT "AccountLink_linkedId_fkey" FOREIGN KEY ("linkedId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AccountAction" ADD CONSTRAINT "AccountAction_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;
