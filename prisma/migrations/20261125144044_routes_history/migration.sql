-- AlterTable
ALTER TABLE "BulkTask" ADD COLUMN     "retryOnly" JSONB;

-- AlterTable
ALTER TABLE "AccountTask" ADD COLUMN     "fingerprint" TEXT;

-- CreateTable
CREATE TABLE "AccountEvent" (
    "id" BIGSERIAL NOT NULL,
    "accountId" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "by" TEXT,
    "editId" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AccountEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AccountEdit" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "by" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "undoneAt" TIMESTAMPTZ(3),

    CONSTRAINT "AccountEdit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "AccountEvent_accountId_at_id_idx" ON "AccountEvent"("accountId", "at", "id");

-- CreateIndex
CREATE INDEX "AccountEvent_editId_id_idx" ON "AccountEvent"("editId", "id");

-- CreateIndex
CREATE INDEX "AccountEvent_at_idx" ON "AccountEvent"("at");

-- CreateIndex
CREATE INDEX "AccountEdit_createdAt_idx" ON "AccountEdit"("createdAt");

-- CreateIndex
-- Partial, so that account tasks which do not fail pay nothing for it.
CREATE INDEX "AccountTask_taskId_fingerprint_ordinal_idx" ON "AccountTask"("taskId", "fingerprint", "ordinal")
  WHERE fingerprint IS NOT NULL;
CREATE INDEX "AccountTask_taskId_errorType_ordinal_idx" ON "AccountTask"("taskId", "errorType", "ordinal")
  WHERE "errorType" IS NOT NULL;

-- CreateIndex
CREATE INDEX "PostIntent_submittedAt_idx" ON "PostIntent"("submittedAt");

-- CreateIndex
CREATE INDEX "ErrorLog_accountId_id_idx" ON "ErrorLog"("accountId", "id");

-- AddForeignKey
ALTER TABLE "AccountEvent" ADD CONSTRAINT "AccountEvent_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AccountEvent" ADD CONSTRAINT "AccountEvent_editId_fkey" FOREIGN KEY ("editId") REFERENCES "AccountEdit"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Causes of the failures that are there already, as far as the error log still holds them.
UPDATE "AccountTask" a SET fingerprint = l.fingerprint
FROM (
  SELECT DISTINCT ON ("accountTaskId") "accountTaskId", fingerprint FROM "ErrorLog"
  WHERE source = 'account-task' AND fingerprint <> '' AND "accountTaskId" IS NOT NULL
  ORDER BY "accountTaskId", id DESC
) l
WHERE a.id = l."accountTaskId" AND a.state = 'failed';

-- A part of a name is found by its trigrams. The extension comes with Postgres; where the server does not have it, or this
-- user may not enable it, searches read the whole table as before.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX "Account_username_trgm_idx" ON "Account" USING gin (username gin_trgm_ops);
  CREATE INDEX "MediaAsset_fileName_trgm_idx" ON "MediaAsset" USING gin ("fileName" gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
  RAISE NOTICE 'Names are searched without an index: %', SQLERRM;
END
$$;
